import { whyInUse } from "../providers/in-use.ts";
import type { Listed } from "../providers/provider.ts";
import { NAME_PREFIX } from "../identity/owner-tag.ts";
import { canBeSameServer } from "../identity/service-key.ts";
import { isSameOwner } from "../identity/person.ts";
import type { LocalClone } from "../identity/worktrees.ts";
import { formatAgeInSentence, formatUtc } from "../moment.ts";

/** Why something is deleted or kept: a stable code, and a text for users. */
export interface Reason {
  readonly code: DeleteCode | KeepCode;
  readonly text: string;
}

export type DeleteCode =
  | "expired"
  | "older-than"
  | "pull-request-closed"
  | "ref-deleted"
  | "worktree-removed"
  | "broken"
  | "base-unused"
  | "base-excess"
  | "also";
export type KeepCode = "not-ours" | "other-repository" | "guarded" | "in-use" | "has-children" | "not-expired" | "not-in-plan";

export interface Planned {
  readonly listed: Listed;
  readonly reason: Reason;
  /** The expiry that the branch gets in place of its deletion. */
  readonly expireAt?: Date | undefined;
}

/** What `sweep` deletes, children before parents, and what it keeps, each with its reason. */
export interface Plan {
  readonly delete: readonly Planned[];
  readonly keep: readonly Planned[];
}

export interface Policy {
  /** The clock of this machine, for what has no `readAt`. */
  readonly now: Date;
  /** Keep what belongs to another repository. Undefined: delete in all repositories. */
  readonly repository: string | undefined;
  /** The person who sweeps; undefined in a CI. */
  readonly owner: string | undefined;
  /** Also delete what is older than this, expired or not. What another person owns is deleted only after its expiry. */
  readonly olderThanMs: number | undefined;
  /** Keep what was used within this time. An idle reaper has the same rule. */
  readonly idleMs: number;
  /** Delete bases that no run has used within this time. */
  readonly baseTtlMs: number;
  /** Bases to keep on Neon; more than that are deleted, the one whose last use is longest ago first. Default no limit. */
  readonly neonBases?: number | undefined;
  /** The worktrees and git branches of the clone in which the person sweeps. Undefined in a CI and outside of git. */
  readonly local?: LocalClone | undefined;
  /** Pull requests of `repository` that are closed, and git refs that were deleted. */
  readonly closed: {
    readonly repository: string | undefined;
    readonly server?: string | undefined;
    readonly pullRequests: ReadonlySet<number>;
    readonly refs: ReadonlySet<string>;
  };
}

/** Decides what to delete from a current list. The dry run prints the result. */
export function plan(all: readonly Listed[], policy: Policy): Plan {
  const excess = excessBases(all, policy);
  const decided = all.map((listed) => ({ listed, ...decide(listed, policy, excess) }));
  const toDelete = new Set(decided.filter(({ isDeleted }) => isDeleted).map(({ listed }) => keyOf(listed)));
  keepParents(all, toDelete);
  const planned = decided.map(({ listed, isDeleted, reason }): Planned & { isDeleted: boolean } => {
    const isParent = isDeleted && !toDelete.has(keyOf(listed));
    return {
      listed,
      isDeleted: isDeleted && !isParent,
      reason: isParent ? because("has-children", "a branch that is kept was created from it") : reason,
    };
  });
  return {
    delete: childrenFirst(planned.filter(({ isDeleted }) => isDeleted)).map(bare),
    keep: planned.filter(({ isDeleted }) => !isDeleted).map(bare),
  };
}

function bare({ listed, reason }: Planned): Planned {
  return { listed, reason };
}

function decide(listed: Listed, rules: Policy, excess: ReadonlySet<Listed>): { isDeleted: boolean; reason: Reason } {
  const policy = { ...rules, now: listed.readAt ?? rules.now };
  const guard = whyGuarded(listed, policy);
  if (guard !== undefined) return { isDeleted: false, reason: guard };
  const stale = whyStale(listed, policy) ?? (excess.has(listed) ? tooMany(policy) : undefined);
  if (stale === undefined) return { isDeleted: false, reason: because("not-expired", describeAge(listed, policy.now)) };
  const { sessions, lastUsedAt } = listed;
  // A base is used when a run starts from it. Whether that was long ago was decided above.
  const use = whyInUse({ sessions, lastUsedAt: listed.kind === "run" ? lastUsedAt : undefined }, policy.now, policy.idleMs);
  return use === undefined ? { isDeleted: true, reason: stale } : { isDeleted: false, reason: because("in-use", use) };
}

function whyGuarded(listed: Listed, { repository }: Policy): Reason | undefined {
  if (listed.tag === undefined || listed.kind === "foreign" || !listed.name.startsWith(NAME_PREFIX)) {
    return because("not-ours", "it was not created by offshoot (it has no owner tag)");
  }
  if (repository !== undefined && listed.tag.repository !== repository) {
    return because("other-repository", `it belongs to the repository ${listed.tag.repository}; --all-repositories includes it`);
  }
  return listed.guarded === undefined ? undefined : because("guarded", listed.guarded);
}

function whyStale(listed: Listed, policy: Policy): Reason | undefined {
  const ageMs = sinceMs(listed.createdAt, policy.now);
  if (listed.broken) return because("broken", "its creation or deletion did not finish, or its server has ended");
  if (listed.kind === "base") {
    const unusedMs = sinceMs(listed.lastUsedAt ?? listed.createdAt, policy.now);
    return unusedMs > policy.baseTtlMs ? because("base-unused", `no run has used it for ${formatAgeInSentence(unusedMs)}`) : undefined;
  }
  if (listed.expiresAt !== undefined && listed.expiresAt <= policy.now)
    return because("expired", `it expired at ${formatUtc(listed.expiresAt)}`);
  if (listed.tag?.owner !== undefined && !isSameOwner(listed.tag.owner, policy.owner)) return undefined;
  const closed = whyClosed(listed, policy) ?? whyLeft(listed, policy);
  if (closed !== undefined) return closed;
  if (policy.olderThanMs !== undefined && ageMs > policy.olderThanMs)
    return because("older-than", `it is ${formatAgeInSentence(ageMs)} old`);
  return undefined;
}

/** A local server limits its bases itself. Only those that may be deleted are counted. */
function excessBases(all: readonly Listed[], policy: Policy): ReadonlySet<Listed> {
  if (policy.neonBases === undefined) return new Set();
  const bases = all.filter((listed) => listed.provider === "neon" && listed.kind === "base" && whyGuarded(listed, policy) === undefined);
  const usedAt = (listed: Listed): number => (listed.lastUsedAt ?? listed.createdAt ?? policy.now).getTime();
  return new Set(bases.toSorted((one, other) => usedAt(other) - usedAt(one)).slice(policy.neonBases));
}

function tooMany({ neonBases }: Policy): Reason {
  return because("base-excess", `cache.bases is ${neonBases}, and the other bases were used later`);
}

function whyClosed({ tag }: Listed, { closed }: Policy): Reason | undefined {
  if (tag === undefined || tag.repository !== closed.repository || !canBeSameServer(tag.server, closed.server)) return undefined;
  if (tag.pullRequest !== undefined && closed.pullRequests.has(tag.pullRequest)) {
    return because("pull-request-closed", `pull request ${tag.pullRequest} is closed`);
  }
  return tag.ref !== undefined && closed.refs.has(tag.ref) ? because("ref-deleted", `git ref ${tag.ref} was deleted`) : undefined;
}

/** Only for the person's own databases, which were created in this clone. Other clones and machines have other worktrees and branches. */
function whyLeft({ tag }: Listed, { local, owner }: Policy): Reason | undefined {
  if (tag?.checkout === undefined || local === undefined || !isSameOwner(tag.owner, owner)) return undefined;
  const [clone = "", worktree = ""] = tag.checkout.split("-");
  if (clone !== local.clone) return undefined;
  if (!local.worktrees.has(worktree)) return because("worktree-removed", "its git worktree was removed");
  const isDeleted = tag.ref !== undefined && local.branches !== undefined && !local.branches.has(tag.ref);
  return isDeleted ? because("ref-deleted", `git branch ${tag.ref} was deleted in this clone`) : undefined;
}

/** Removes all ancestors of kept items from `toDelete`. What is in `staying` is in `toDelete`, but is not deleted now. */
export function keepParents(all: readonly Listed[], toDelete: Set<string>, staying: ReadonlySet<string> = new Set()): void {
  const byKey = new Map(all.map((listed) => [keyOf(listed), listed]));
  for (const listed of all) {
    if (toDelete.has(keyOf(listed)) && !staying.has(keyOf(listed))) continue;
    for (let parent = parentKeyOf(listed); parent !== undefined && toDelete.delete(parent);) {
      const next = byKey.get(parent);
      parent = next === undefined ? undefined : parentKeyOf(next);
    }
  }
}

/** Sorts children before their parents. Otherwise keeps the order of the list. */
export function childrenFirst<T extends Planned>(planned: readonly T[]): readonly T[] {
  const parents = new Map(planned.map(({ listed }) => [keyOf(listed), parentKeyOf(listed)]));
  const depth = (key: string | undefined): number => (key === undefined || !parents.has(key) ? 0 : 1 + depth(parents.get(key)));
  return planned.toSorted((a, b) => depth(keyOf(b.listed)) - depth(keyOf(a.listed)));
}

export function keyOf(listed: Listed): string {
  return `${listed.provider} ${listed.id}`;
}

function parentKeyOf(listed: Listed): string | undefined {
  return listed.parentId === undefined ? undefined : `${listed.provider} ${listed.parentId}`;
}

function because(code: Reason["code"], text: string): Reason {
  return { code, text };
}

function sinceMs(then: Date | undefined, now: Date): number {
  return then === undefined ? 0 : now.getTime() - then.getTime();
}

function describeAge(listed: Listed, now: Date): string {
  const owner = listed.tag?.owner === undefined ? "" : `, belongs to ${listed.tag.owner}`;
  const expiry = listed.expiresAt === undefined ? "" : ` and expires at ${formatUtc(listed.expiresAt)}`;
  return `it is ${formatAgeInSentence(sinceMs(listed.createdAt, now))} old${owner}${expiry}`;
}
