import type { AuditFinding } from "../../audit/finding.ts";
import { byObject, type Change, type ChangedKind, describeDifferences } from "../../drift/change.ts";

/**
 * The findings of an audit as changes: objects that are missing, that must not exist, and that differ from the spec. Other
 * findings are left out. What the spec does not mention is not a change.
 */
export function changesFromSpec(findings: readonly AuditFinding[]): readonly Change[] {
  const changes = new Map<string, Change>();
  for (const finding of findings) {
    const change = changeOf(finding);
    if (change === undefined) continue;
    const key = `${change.kind} ${change.object}`;
    const earlier = changes.get(key);
    changes.set(key, earlier === undefined ? change : merge(earlier, change));
  }
  return [...changes.values()].toSorted(byObject);
}

/** The same changes with expected and actual swapped. */
export function swapSides(changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => {
    const differences = change.differences.map(({ property, expected, actual }) => ({ property, expected: actual, actual: expected }));
    return {
      ...change,
      change: OPPOSITE[change.change],
      differences,
      ...(differences.length === 0 ? {} : { detail: describeDifferences(differences) }),
    };
  });
}

const OPPOSITE = { missing: "extra", extra: "missing", different: "different" } as const;

function changeOf({ code, object: { kind, name }, facts }: AuditFinding): Change | undefined {
  const base = { kind: kind as ChangedKind, object: name, differences: [] };
  if (code === "missing") return { ...base, change: "missing", detail: facts.expected ?? "" };
  if (code === "unexpected" || code === "forbidden") return { ...base, change: "extra", detail: facts.definition ?? "" };
  if (code === "different") return { ...base, change: "different", detail: describeDifferences([facts]), differences: [facts] };
  return undefined;
}

/** The audit has one finding for each property that differs. A change has all of them. */
function merge(earlier: Change, later: Change): Change {
  const differences = [...earlier.differences, ...later.differences];
  return { ...earlier, differences, detail: describeDifferences(differences) };
}
