import type { FindingCode } from "./finding.ts";

/** What only a spec can find has one page, with a heading for each. */
const OF_SPEC: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "missing",
  "unexpected",
  "forbidden",
  "different",
  "version-different",
  "version-unreadable",
  "heads-different",
  "name-different",
  "postgres-different",
  "ignore-expired",
]);

/** The page about a kind of finding, from this package's root: what it means, an example, the fix, and how to silence it. */
export function pageOf(code: FindingCode): string {
  return OF_SPEC.has(code) ? `docs/rules/spec.md#${code}` : `docs/rules/${code}.md`;
}
