import { jitter } from "../../deadline.ts";
import type { Refusal, Wanted } from "../provider.ts";
import type { Bounds } from "./bounds.ts";
import { parentId, readyBase } from "./parent.ts";
import { type Origin, requestOf } from "./request.ts";
import { settle } from "./settle.ts";
import type { Placed, Site, Tried } from "./site.ts";
import type { Created } from "./wire.ts";

/**
 * Creates the branch or adopts it. Its name is the idempotency key: Neon takes each once, so a reply that was lost is
 * settled by looking for the name, and no POST follows another without that look. A refusal is given only where
 * nothing was created. Throws `NOT_OURS`, `PROVIDER_REJECTED`, `TIMED_OUT`, `CANCELLED`.
 */
export async function place(site: Site, wanted: Wanted, bounds: Bounds): Promise<Placed | Refusal> {
  const tried: Tried = { request: undefined, origin: undefined, isLost: false, maySweep: site.isShared, budgetMs: bounds.within.leftMs() };
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.6, 2000)) {
    try {
      tried.origin ??= await originOf(site, wanted, bounds);
      tried.request ??= requestOf(wanted, tried.origin, site.choices, site.world.now());
      return placed(await site.api.createBranch(tried.request, bounds), tried, bounds);
    } catch (thrown) {
      const answer = await settle(site, wanted, tried, thrown, bounds);
      if (answer !== undefined) return answer;
    }
    await bounds.within.pause(jitter(pauseMs, site.world.random));
  }
}

/** A base is looked for only where bases are kept: it costs a call. */
async function originOf({ api, base, bases, choices }: Site, { fingerprint, tag }: Wanted, bounds: Bounds): Promise<Origin> {
  if (base && fingerprint !== undefined && tag.kind === "run") {
    const found = bases.get(fingerprint) ?? (await readyBase(api, fingerprint, bounds));
    if (found !== undefined) return { parentId: found.id, base: found.name };
  }
  return { parentId: await parentId(api, choices.parent, bounds), base: undefined };
}

function placed(created: Created, { origin, request }: Tried, { emit }: Bounds): Placed {
  const { branch } = created;
  if (request?.branch.expires_at !== undefined && branch.expiresAt === undefined) {
    const text = `Neon set no expiry on the branch ${branch.name}: \`offshoot down\` or \`offshoot sweep\` has to remove it.`;
    emit({ kind: "warning", text });
  }
  return { branch, created, base: origin?.base };
}
