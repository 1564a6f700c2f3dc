import type { Finding } from "../findings/finding.ts";
import { byObject, type Change, type ChangedKind, describeDifferences } from "./change.ts";

/**
 * What a spec asks for and does not get, as changes: of all that an audit finds, only what is there and shouldn't be, isn't
 * there and should, or isn't as the spec says. What the spec has no word for is equal to anything.
 */
export function changesAsked(findings: readonly Finding[]): readonly Change[] {
  const changes = new Map<string, Change>();
  for (const finding of findings) {
    const change = changeOf(finding);
    if (change === undefined) continue;
    const key = `${change.kind} ${change.object}`;
    const earlier = changes.get(key);
    changes.set(key, earlier === undefined ? change : joined(earlier, change));
  }
  return [...changes.values()].toSorted(byObject);
}

/** The same changes seen from the other side. */
export function mirrored(changes: readonly Change[]): readonly Change[] {
  return changes.map((change) => {
    const differences = change.differences.map(({ property, expected, actual }) => ({ property, expected: actual, actual: expected }));
    return {
      ...change,
      change: MIRROR[change.change],
      differences,
      ...(differences.length === 0 ? {} : { detail: describeDifferences(differences) }),
    };
  });
}

const MIRROR = { missing: "extra", extra: "missing", different: "different" } as const;

function changeOf({ code, object: { kind, name }, facts }: Finding): Change | undefined {
  const about = { kind: kind as ChangedKind, object: name, differences: [] };
  if (code === "missing") return { ...about, change: "missing", detail: facts.expected ?? "" };
  if (code === "unexpected" || code === "forbidden") return { ...about, change: "extra", detail: facts.definition ?? "" };
  if (code === "different") return { ...about, change: "different", detail: describeDifferences([facts]), differences: [facts] };
  return undefined;
}

/** Each property that differs is a finding of its own. */
function joined(earlier: Change, later: Change): Change {
  const differences = [...earlier.differences, ...later.differences];
  return { ...earlier, differences, detail: describeDifferences(differences) };
}
