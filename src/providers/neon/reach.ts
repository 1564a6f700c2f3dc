import { messageOf } from "../../errors.ts";
import type { DirectUrl } from "../../postgres/url.ts";
import type { Reached, Refusal, Wanted, Where } from "../provider.ts";
import { accessOfExisting } from "./access.ts";
import type { Bounds } from "./bounds.ts";
import type { Branch } from "./branch.ts";
import { factsOf, isMissing } from "./failure.ts";
import { handOut } from "./handout.ts";
import { requireBranch } from "./parent.ts";
import { place } from "./place.ts";
import { waitUntilReady } from "./ready.ts";
import type { Site } from "./site.ts";

/** `Provider.reach` over Neon: over the branch's own compute where it has one, else over a short-lived branch of our own. */
export async function reach(
  site: Site,
  where: Where,
  copy: Wanted,
  bounds: Bounds,
  dispose: () => Promise<unknown>,
): Promise<Reached | Refusal> {
  const { parent, parentAt } = site.choices;
  const branch = await requireBranch(site.api, where.branch ?? parent, bounds);
  const at = where.at ?? (where.branch === undefined ? parentAt : undefined);
  const description = `Neon branch ${branch.name}${at === undefined ? "" : ` at ${at}`}`;
  const present = at === undefined && where.copy !== true ? await reachPresent(site, branch, bounds) : undefined;
  if (present !== undefined) return reached(present, description, async () => {});
  return reachCopy(site, { branch, at, description }, copy, bounds, dispose);
}

/** The branch itself; undefined where it has no compute, which only its owner should give it. */
async function reachPresent({ api, choices, world }: Site, { id }: Branch, bounds: Bounds): Promise<DirectUrl | undefined> {
  try {
    const { directUrl } = await accessOfExisting(api, id, choices, bounds);
    await waitUntilReady(api, { url: directUrl, operations: [], isFresh: false }, bounds, world);
    return directUrl;
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isMissing(facts)) throw thrown;
    // A role or a database that isn't there is missing too.
    if ((await api.endpoints(bounds)).some((endpoint) => endpoint.branchId === id && endpoint.isReadWrite)) throw thrown;
    return undefined;
  }
}

interface Wish {
  readonly branch: Branch;
  readonly at: string | undefined;
  readonly description: string;
}

/** Over a branch of our own, which nobody else knows: whatever goes wrong, it is removed. */
async function reachCopy(
  site: Site,
  { branch, at, description }: Wish,
  copy: Wanted,
  bounds: Bounds,
  dispose: () => Promise<unknown>,
): Promise<Reached | Refusal> {
  const choices = { ...site.choices, parent: branch.id, parentAt: at, schemaOnly: false, anonymized: false };
  const copying = { ...site, choices, base: false, isShared: false };
  const remove = async (): Promise<void> => {
    try {
      await dispose();
    } catch (thrown) {
      const text = `The branch ${copy.name} could not be removed, and expires by itself; \`offshoot sweep\` finds it. (${messageOf(thrown)})`;
      bounds.emit({ kind: "warning", text });
    }
  };
  try {
    for (;;) {
      const placed = await place(copying, copy, bounds);
      if ("kind" in placed) return placed;
      const database = await handOut(copying, placed, bounds, dispose);
      if (database !== undefined) return reached(database.directUrl, description, remove);
      bounds.within.check();
    }
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

function reached(url: DirectUrl, description: string, dispose: () => Promise<void>): Reached {
  return { kind: "reached", url, description, [Symbol.asyncDispose]: dispose };
}
