import { parseDuration } from "../duration.ts";
import type { Duration } from "./written-amounts.ts";

/** A rule must not reach everything, and never offshoot's own databases, which have rules of their own. */
export const MATCH = /^(?!offshoot)[^*\p{Cc}]{2}\P{Cc}*$/u;
export const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
/** The shortest `olderThan` and `expireIn`. */
export const SHORTEST = "1h";

/** A rule in the form used in the file. */
export interface WrittenRule {
  readonly match: string;
  readonly closed?: boolean | undefined;
  readonly repository?: string | undefined;
  readonly olderThan?: Duration | undefined;
  readonly expireIn?: Duration | undefined;
  readonly reason: string;
}

const KEYS: ReadonlySet<string> = new Set(["match", "closed", "repository", "olderThan", "expireIn", "reason"]);

/** Whether a rule has a condition. With `closed`, the only `*` of the name is the number of the pull request. */
export function hasCondition({ match, closed, olderThan }: Pick<WrittenRule, "match" | "closed" | "olderThan">): boolean {
  return closed === true ? match.split("*").length === 2 : olderThan !== undefined;
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && pattern.test(value);
}

/** Accepts what the schema of `sweep.also` accepts as an item. `duration` and `line` are the patterns of those kinds. */
export function isSweepRule(rule: Readonly<Record<string, unknown>>, duration: RegExp, line: RegExp): boolean {
  const isDuration = (value: unknown): boolean =>
    value === undefined || (isText(value, duration) && (parseDuration(value) ?? 0) >= (parseDuration(SHORTEST) ?? 0));
  const { match, closed, repository, olderThan, expireIn, reason } = rule;
  return (
    Object.keys(rule).every((key) => KEYS.has(key)) &&
    isText(match, MATCH) &&
    (closed === undefined || typeof closed === "boolean") &&
    (repository === undefined || isText(repository, REPOSITORY)) &&
    isDuration(olderThan) &&
    isDuration(expireIn) &&
    isText(reason, line) &&
    hasCondition(rule as unknown as WrittenRule)
  );
}
