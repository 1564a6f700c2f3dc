import { OffshootError } from "../../errors.ts";
import { jitter } from "../../deadline.ts";
import type { Lifetime } from "../../identity/owner-tag.ts";
import type { Listed, Released } from "../provider.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { type Branch, isUnderPrefix } from "./branch.ts";
import { factsOf, hasChildren } from "./failure.ts";
import { guardOf } from "./deletion-guard.ts";
import { look } from "./look.ts";

/** How old a look may be when it vouches for a deletion. */
const FRESH_MS = 10_000;

export interface Releasing {
  readonly api: NeonApi;
  /** The configured parent, by name or id: never deleted. */
  readonly parent: string | undefined;
  readonly random: () => number;
  /** What has another lifetime is kept. */
  readonly only?: Lifetime | undefined;
}

/**
 * Deletes the branch of that name once a fresh look has shown our tag. Returns when Neon has accepted it; what is
 * missing or already being deleted is gone. Throws `NOT_OURS`, or `PROTECTED` for what is guarded or has children.
 */
export async function release(releasing: Releasing, name: string, bounds: Bounds, seen?: Listed): Promise<Released> {
  const { api, parent, random, only } = releasing;
  const found = seen === undefined ? await look(api, name, bounds) : undefined;
  if (seen === undefined && (found === undefined || found.isGoing)) return "already-gone";
  const id = found === undefined ? requireSeen(name, seen) : requireOurs(found, parent);
  if (only !== undefined && (found ?? seen)?.tag?.lifetime !== only) return "kept";
  let lookedAt = bounds.within.leftMs();
  const before = async (): Promise<void> => {
    if (lookedAt - bounds.within.leftMs() < FRESH_MS) return;
    // Waiting for a turn or for Neon took long: the look doesn't count any more.
    const again = await look(api, name, bounds);
    if (again !== undefined && again.id === id) requireOurs(again, parent);
    lookedAt = bounds.within.leftMs();
  };
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 1.6, 2000)) {
    try {
      return (await api.deleteBranch(id, bounds, before)) ?? "already-gone";
    } catch (thrown) {
      await judge(releasing, { id, name }, thrown, bounds);
    }
    await bounds.within.pause(jitter(pauseMs, random));
  }
}

/** Returns where children that are being deleted themselves stand in the way; throws otherwise. */
async function judge({ api }: Releasing, { id, name }: Pick<Branch, "id" | "name">, thrown: unknown, bounds: Bounds): Promise<void> {
  const facts = factsOf(thrown);
  if (facts === undefined || facts.status === 404) throw thrown;
  if (hasChildren(facts)) {
    const child = (await api.branches(undefined, bounds)).find(({ parentId, isGoing }) => parentId === id && !isGoing);
    if (child === undefined) return;
    throw guarded(name, id, `${child.name} was branched from it`, "Remove its children first.");
  }
  if (facts.status >= 400 && facts.status < 423 && facts.status !== 401 && facts.status !== 403)
    throw guarded(name, id, facts.neonMessage, undefined);
  throw thrown;
}

function requireOurs(branch: Branch, parent: string | undefined): string {
  if (branch.tag === undefined || !isUnderPrefix(branch)) throw notOurs(branch.name, branch.id);
  const guard = guardOf(branch, [], parent);
  if (guard !== undefined) throw guarded(branch.name, branch.id, guard, "Delete it in Neon if that is what you want.");
  return branch.id;
}

function requireSeen(name: string, seen: Listed | undefined): string {
  const isOurs = seen?.name === name && seen.tag !== undefined && seen.kind !== "foreign";
  if (seen === undefined || !isOurs) throw notOurs(name, seen?.id ?? "unknown");
  if (seen.guarded !== undefined) throw guarded(name, seen.id, seen.guarded, undefined);
  return seen.id;
}

function notOurs(name: string, id: string): OffshootError {
  return new OffshootError("NOT_OURS", `The Neon branch ${name} (${id}) carries no owner tag of offshoot.`, {
    meaning: "It may be somebody else's and was not removed.",
    remedy: "Delete it in Neon if it is yours.",
    facts: { branch: id },
  });
}

function guarded(name: string, id: string, why: string, remedy: string | undefined): OffshootError {
  return new OffshootError("PROTECTED", `The Neon branch ${name} (${id}) was not removed: ${why}.`, { remedy, facts: { branch: id } });
}
