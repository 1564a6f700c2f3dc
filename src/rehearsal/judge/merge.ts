import type { RehearsalFinding } from "../finding.ts";
import type { Judged } from "./judged.ts";

type Blocked = Extract<RehearsalFinding, { readonly code: "reads-blocked" | "writes-blocked" }>;

/**
 * One finding in place of several that differ only in their table: a statement locks all partitions of its table, and both
 * tables of a foreign key. The table that the statement names first is the one of the finding. Pure.
 */
export function mergeTables(judged: readonly Judged[]): readonly Judged[] {
  const groups = new Map<string, Judged[]>();
  for (const each of judged) {
    const key = keyOf(each.finding) ?? `alone ${groups.size}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group.toSorted((one, other) => placeIn(one.finding) - placeIn(other.finding));
    if (first === undefined || others.length === 0) return group;
    const also = others.map(({ finding }) => `${finding.object.name} (${blockedIn(finding)})`);
    return [{ ...first, finding: { ...first.finding, facts: { ...first.finding.facts, also } } as Blocked }];
  });
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
