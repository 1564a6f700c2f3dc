import type { RehearsalFinding } from "../finding.ts";
import type { Judged } from "./judged.ts";

type Blocked = Extract<RehearsalFinding, { readonly code: "reads-blocked" | "writes-blocked" }>;

/** Waits of this share of the longest one are as long as it: the locks of one statement are taken one after the other. */
const AS_LONG = 0.8;

/**
 * One finding in place of several that differ only in their table: a statement locks all partitions of its table, and both
 * tables of a foreign key. The finding is about the table with the longest wait; of those that wait about as long, the one that the
 * statement names first. Pure.
 */
export function mergeTables(judged: readonly Judged[]): readonly Judged[] {
  const groups = new Map<string, Judged[]>();
  for (const each of judged) {
    const key = keyOf(each.finding) ?? `alone ${groups.size}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const longestMs = Math.max(...group.map(lengthOf));
    const byPlace = group.toSorted((one, other) => placeIn(one.finding) - placeIn(other.finding) || lengthOf(other) - lengthOf(one));
    const first = byPlace.find((each) => lengthOf(each) >= longestMs * AS_LONG);
    if (first === undefined || group.length === 1) return group;
    const also = byPlace.filter((each) => each !== first).map(({ finding }) => `${finding.object.name} (${blockedIn(finding)})`);
    return [{ ...first, finding: { ...first.finding, facts: { ...first.finding.facts, also } } as Blocked }];
  });
}

function lengthOf({ blockedMs = 0 }: Judged): number {
  return blockedMs;
}

function isBlocked(finding: RehearsalFinding): finding is Blocked {
  return finding.code === "reads-blocked" || finding.code === "writes-blocked";
}

function keyOf(finding: RehearsalFinding): string | undefined {
  if (!isBlocked(finding)) return undefined;
  const { code, severity, reason, at } = finding;
  const { migration, statement, lock, limit, during, advice, perhaps } = finding.facts;
  return statement === undefined
    ? undefined
    : JSON.stringify([code, severity, reason, at, migration, statement, lock, limit, during, advice, perhaps]);
}

function blockedIn({ facts }: RehearsalFinding): string {
  return "blocked" in facts ? facts.blocked : "";
}

/** Where the statement names the table. */
function placeIn({ object, facts }: RehearsalFinding): number {
  const statement = "statement" in facts ? (facts.statement ?? "") : "";
  const name = object.name.slice(object.name.lastIndexOf(".") + 1).replaceAll('"', "");
  const at = statement
    .toLowerCase()
    .split(/[^\p{L}\p{N}_$]+/u)
    .indexOf(name.toLowerCase());
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}
