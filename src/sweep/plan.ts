import type { Listed } from "../providers/provider.ts";
import { NAME_PREFIX } from "../identity/owner-tag.ts";

/** Why something goes or stays: a stable code, and a line for people. */
export interface Reason {
  readonly code: DeleteCode | KeepCode;
  readonly text: string;
}

export type DeleteCode = "expired" | "older-than" | "pull-request-closed" | "ref-gone" | "broken" | "base-unused";
export type KeepCode = "not-ours" | "guarded" | "in-use" | "has-children" | "newer";

export interface Planned {
  readonly listed: Listed;
  readonly reason: Reason;
}

/** What sweep would delete, leaves first, and why each other thing stays. */
export interface Plan {
  readonly delete: readonly Planned[];
  readonly keep: readonly Planned[];
}

export interface Policy {
  readonly now: Date;
  /** Also delete what is older than this, expired or not. */
  readonly olderThanMs: number | undefined;
  /** Keep what was used within this time. */
  readonly idleMs: number;
  /** Delete bases that nobody has used for this long. */
  readonly baseTtlMs: number;
  /** Pull requests and git refs of `repository` that are known to be closed or gone. */
  readonly closed: {
    readonly repository: string | undefined;
    readonly pullRequests: ReadonlySet<number>;
    readonly refs: ReadonlySet<string>;
  };
}

/** Decides over a fresh list. Pure: printing it is the dry run. */
export function plan(all: readonly Listed[], policy: Policy): Plan {
  const decided = all.map((listed) => ({ listed, ...decide(listed, policy) }));
  const going = new Set(decided.filter(({ go }) => go).map(({ listed }) => keyOf(listed)));
  spareParents(all, going);
  const planned = decided.map(({ listed, go, reason }): Planned & { go: boolean } => {
    const spared = go && !going.has(keyOf(listed));
    return { listed, go: go && !spared, reason: spared ? because("has-children", "something that stays was branched from it") : reason };
  });
  return { delete: leavesFirst(planned.filter(({ go }) => go)).map(bare), keep: planned.filter(({ go }) => !go).map(bare) };
}

function bare({ listed, reason }: Planned): Planned {
  return { listed, reason };
}

function decide(listed: Listed, policy: Policy): { go: boolean; reason: Reason } {
  const guard = whyGuarded(listed);
  if (guard !== undefined) return { go: false, reason: guard };
  const stale = whyStale(listed, policy);
  if (stale === undefined) return { go: false, reason: because("newer", describeAge(listed, policy.now)) };
  const use = whyInUse(listed, policy);
  return use === undefined ? { go: true, reason: stale } : { go: false, reason: use };
}

function whyGuarded(listed: Listed): Reason | undefined {
  if (listed.tag === undefined || listed.kind === "foreign" || !listed.name.startsWith(NAME_PREFIX)) {
    return because("not-ours", "it carries no owner tag of ours");
  }
  return listed.guarded === undefined ? undefined : because("guarded", listed.guarded);
}

function whyStale(listed: Listed, policy: Policy): Reason | undefined {
  const ageMs = sinceMs(listed.createdAt, policy.now);
  if (listed.broken) return because("broken", "its creation failed half-way");
  if (listed.kind === "base") {
    const unusedMs = sinceMs(listed.lastUsedAt ?? listed.createdAt, policy.now);
    return unusedMs > policy.baseTtlMs ? because("base-unused", `no run has started from it for ${days(unusedMs)}`) : undefined;
  }
  if (listed.expiresAt !== undefined && listed.expiresAt <= policy.now)
    return because("expired", `it expired ${listed.expiresAt.toISOString()}`);
  const closed = whyClosed(listed, policy);
  if (closed !== undefined) return closed;
  if (policy.olderThanMs !== undefined && ageMs > policy.olderThanMs) return because("older-than", `it is ${days(ageMs)} old`);
  return undefined;
}

function whyClosed({ tag }: Listed, { closed }: Policy): Reason | undefined {
  if (tag === undefined || tag.repository !== closed.repository) return undefined;
  if (tag.pullRequest !== undefined && closed.pullRequests.has(tag.pullRequest)) {
    return because("pull-request-closed", `pull request ${tag.pullRequest} is closed`);
  }
  return tag.ref !== undefined && closed.refs.has(tag.ref) ? because("ref-gone", `git ref ${tag.ref} is gone`) : undefined;
}

function whyInUse(listed: Listed, policy: Policy): Reason | undefined {
  if (listed.sessions !== undefined && listed.sessions > 0) return because("in-use", `${listed.sessions} sessions are open`);
  const used = listed.kind === "run" && listed.lastUsedAt !== undefined && sinceMs(listed.lastUsedAt, policy.now) < policy.idleMs;
  return used ? because("in-use", `it was used at ${listed.lastUsedAt?.toISOString()}`) : undefined;
}

/** Takes every ancestor of something that stays out of `going`. */
function spareParents(all: readonly Listed[], going: Set<string>): void {
  const byKey = new Map(all.map((listed) => [keyOf(listed), listed]));
  for (const listed of all) {
    if (going.has(keyOf(listed))) continue;
    for (let parent = parentKeyOf(listed); parent !== undefined && going.delete(parent);) {
      const next = byKey.get(parent);
      parent = next === undefined ? undefined : parentKeyOf(next);
    }
  }
}

/** Children before their parents; otherwise the order of the list. */
function leavesFirst<T extends Planned>(planned: readonly T[]): readonly T[] {
  const parents = new Map(planned.map(({ listed }) => [keyOf(listed), parentKeyOf(listed)]));
  const depth = (key: string | undefined): number => (key === undefined || !parents.has(key) ? 0 : 1 + depth(parents.get(key)));
  return planned.toSorted((a, b) => depth(keyOf(b.listed)) - depth(keyOf(a.listed)));
}

function keyOf(listed: Listed): string {
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
  const until = listed.expiresAt === undefined ? "" : `, it expires ${listed.expiresAt.toISOString()}`;
  return `it is ${days(sinceMs(listed.createdAt, now))} old${until}`;
}

function days(ms: number): string {
  const hours = ms / 3_600_000;
  return hours < 1 ? `${Math.round(hours * 60)} min` : hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`;
}
