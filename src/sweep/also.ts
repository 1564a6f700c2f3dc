import type { SweepRule } from "../config/settings.ts";
import { whyInUse } from "../providers/in-use.ts";
import type { Listed } from "../providers/provider.ts";
import { NAME_PREFIX } from "../identity/owner-tag.ts";
import { childrenFirst, keepParents, keyOf, type Plan, type Planned, type Reason } from "./plan.ts";
import { formatAgeInSentence, formatUtc } from "../moment.ts";

export interface AlsoPolicy {
  readonly rules: readonly SweepRule[];
  readonly now: Date;
  readonly idleMs: number;
  /** The run's own repository. */
  readonly repository: string;
  /** The closed pull requests of each repository that a rule names. A missing repository could not be read. */
  readonly closed: ReadonlyMap<string, ReadonlySet<number>>;
}

/**
 * Decides about the branches of other tools, from a list of all branches. Only what a rule matches is in the plan. Never
 * deleted: what the provider guards (default, protected, root, parent of new branches, owned by an integration), what is in
 * use, what has children that are kept, and everything of offshoot's own.
 */
export function planAlso(all: readonly Listed[], policy: AlsoPolicy): Plan {
  const decided = all.flatMap((listed): readonly Decided[] => {
    const matched = firstMatch(listed, policy.rules);
    return matched === undefined ? [] : [{ listed, ...decide(listed, matched, policy) }];
  });
  const toDelete = new Set(decided.filter(({ isTaken }) => isTaken).map(({ listed }) => keyOf(listed)));
  const expiring = new Set(decided.filter(({ expireAt }) => expireAt !== undefined).map(({ listed }) => keyOf(listed)));
  // A branch with children cannot expire, and its child is not deleted now if it only gets an expiry.
  keepParents(all, toDelete, expiring);
  const taken = decided.filter(({ listed }) => toDelete.has(keyOf(listed)));
  const kept = decided.filter(({ listed }) => !toDelete.has(keyOf(listed)));
  const hasChildren: Reason = { code: "has-children", text: "a branch that is kept was created from it" };
  return {
    delete: childrenFirst(taken).map(({ listed, reason, expireAt }) => ({
      listed,
      reason,
      ...(expireAt === undefined ? {} : { expireAt }),
    })),
    keep: kept.map(({ listed, reason, isTaken }): Planned => ({ listed, reason: isTaken ? hasChildren : reason })),
  };
}

interface Decided extends Planned {
  readonly isTaken: boolean;
}

interface Matched {
  readonly rule: SweepRule;
  readonly pullRequest: number | undefined;
}

function decide(listed: Listed, { rule, pullRequest }: Matched, policy: AlsoPolicy): Omit<Decided, "listed"> {
  const now = listed.readAt ?? policy.now;
  if (listed.guarded !== undefined) return keep("guarded", listed.guarded);
  const use = whyInUse(listed, now, policy.idleMs);
  if (use !== undefined) return keep("in-use", use);
  const facts: string[] = [];
  if (rule.closed) {
    const repository = rule.repository ?? policy.repository;
    const isClosed = pullRequest !== undefined && policy.closed.get(repository)?.has(pullRequest) === true;
    if (!isClosed) return keep("not-expired", `pull request ${pullRequest} of ${repository} is not known to be closed`);
    facts.push(`pull request ${pullRequest} of ${repository} is closed`);
  }
  if (rule.olderThanMs !== undefined) {
    const ageMs = listed.createdAt === undefined ? 0 : now.getTime() - listed.createdAt.getTime();
    if (ageMs <= rule.olderThanMs) return keep("not-expired", `it is only ${formatAgeInSentence(ageMs)} old`);
    facts.push(`it is ${formatAgeInSentence(ageMs)} old`);
  }
  const reason: Reason = { code: "also", text: `${rule.reason} (${rule.match}: ${facts.join(", ")})` };
  if (rule.expireInMs === undefined) return { isTaken: true, reason };
  const expireAt = new Date(now.getTime() + rule.expireInMs);
  if (listed.expiresAt !== undefined && listed.expiresAt <= expireAt)
    return keep("not-expired", `it expires at ${formatUtc(listed.expiresAt)}`);
  return { isTaken: true, reason, expireAt };
}

function keep(code: "guarded" | "in-use" | "not-expired", text: string): Omit<Decided, "listed"> {
  return { isTaken: false, reason: { code, text } };
}

function firstMatch({ name, tag }: Listed, rules: readonly SweepRule[]): Matched | undefined {
  if (tag !== undefined || name.startsWith(NAME_PREFIX)) return undefined;
  for (const rule of rules) {
    const found = patternOf(rule).exec(name);
    if (found !== null) return { rule, pullRequest: rule.closed ? Number(found[1]) : undefined };
  }
  return undefined;
}

function patternOf({ match, closed }: SweepRule): RegExp {
  // A name such as `pr-12-fix` must not count as the one of pull request 12.
  const part = closed ? String.raw`([1-9]\d{0,9})` : "(?:.*)";
  return new RegExp(`^${match.split("*").map(escaped).join(part)}$`, "s");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
