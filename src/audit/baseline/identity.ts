import type { AuditCode, AuditFacts } from "../facts.ts";
import type { AuditFinding } from "../finding.ts";

type Identities = { readonly [C in AuditCode]: readonly (keyof AuditFacts[C] & string)[] | undefined };

/**
 * The facts that distinguish several findings of one code about one object, and a new problem from an accepted one. Facts
 * that change with the rows are left out. Undefined: a baseline cannot accept the finding, because it is about the
 * migrations of this moment or about what was not compared, not about an old schema.
 */
const IDENTITIES: Identities = {
  missing: [],
  unexpected: [],
  forbidden: [],
  different: ["property", "expected", "actual"],
  "version-different": undefined,
  "version-unreadable": undefined,
  "version-several": ["values"],
  "version-unknown": undefined,
  "heads-different": undefined,
  "name-different": ["expected"],
  "postgres-different": undefined,
  "ignore-expired": undefined,
  "baseline-outdated": undefined,
  "overload-ambiguous": ["other", "call"],
  "index-invalid": [],
  "index-duplicate": ["other"],
  "index-overlapping": ["other"],
  "constraint-not-validated": [],
  "foreign-key-unindexed": [],
  "foreign-key-types": ["pairs"],
  "table-without-primary-key": [],
  "sequence-near-end": [],
  "sequence-behind": [],
  "trigger-disabled": [],
  "row-security-without-policies": ["granted"],
  "policies-without-row-security": [],
  "definer-without-search-path": [],
  "function-broken": ["why"],
  "functions-not-checked": [],
  "owner-different": ["owner"],
  "collation-stale": ["recorded", "actual"],
};

/** Codes that only a spec can produce. Without a spec, nothing is known about their accepted findings. */
const OF_SPEC: ReadonlySet<string> = new Set<AuditCode>(["missing", "unexpected", "forbidden", "different", "name-different"]);

export function needsSpec(code: string): boolean {
  return OF_SPEC.has(code);
}

export function isAcceptable({ code }: Pick<AuditFinding, "code">): boolean {
  return IDENTITIES[code] !== undefined;
}

/** What distinguishes the finding from others of its code and object, in one line; undefined where nothing needs to. */
export function detailOf(finding: AuditFinding): string | undefined {
  const facts = finding.facts as Readonly<Record<string, string | readonly string[] | undefined>>;
  const texts = (IDENTITIES[finding.code] ?? []).flatMap((name) => facts[name as string] ?? []);
  const line = texts.map((text) => text.replaceAll(/\s+/g, " ").trim()).join(" | ");
  if (line.trim() === "") return undefined;
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}… ${checksum(line)}`;
}

/** In characters: longer texts are definitions of views and functions. */
const LONGEST = 120;

/** A short checksum of a text (FNV-1a, 32 bits). */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
