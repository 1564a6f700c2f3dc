import type { FindingOf, FoundObject, Severity } from "../findings/finding.ts";
import { CODES } from "./codes.ts";
import type { AuditCode, AuditFacts } from "./facts.ts";
import type { Entry } from "./spec/entry.ts";

export type ObjectKind =
  | "schema"
  | "extension"
  | "table"
  | "column"
  | "constraint"
  | "index"
  | "trigger"
  | "rule"
  | "policy"
  | "statistics"
  | "publication"
  | "event trigger"
  | "repository"
  | "collation"
  | "view"
  | "materialized view"
  | "function"
  | "sequence"
  | "enum"
  | "domain"
  | "composite"
  | "range"
  | "database"
  | "spec";

/** One problem of a database, as data. */
export type AuditFinding = FindingOf<AuditFacts, ObjectKind>;

/** The entry of the spec that a finding breaks. */
export interface Origin {
  readonly file: string;
  readonly entry: Pick<Entry, "line" | "reason" | "severity">;
}

/** Makes a finding. It has the severity of the spec's entry where one is set, else the severity of its code. */
export function finding<C extends AuditCode>(
  code: C,
  object: FoundObject<ObjectKind>,
  facts: AuditFacts[C],
  origin?: Origin,
): AuditFinding {
  const { file, entry } = origin ?? {};
  return {
    code,
    severity: entry?.severity ?? CODES[code].severity,
    object,
    facts,
    ...(entry?.reason === undefined ? {} : { reason: entry.reason }),
    ...(entry === undefined || file === undefined ? {} : { at: { file, line: entry.line } }),
    // The parameter types pair the code with its facts.
  } as AuditFinding;
}

/** The same finding with another severity than its code usually has. */
export function withSeverity(severity: Severity, found: AuditFinding): AuditFinding {
  return { ...found, severity };
}
