import type { FactsByCode, FindingCode } from "./facts.ts";

export type { FactsByCode, FindingCode } from "./facts.ts";

export type Severity = "error" | "warning" | "info";

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** The severity that each code has unless the spec says otherwise. A check may tell a milder or worse case. */
export const SEVERITY: Readonly<Record<FindingCode, Severity>> = {
  missing: "error",
  unexpected: "error",
  forbidden: "error",
  different: "error",
  "version-different": "error",
  "version-unreadable": "error",
  "version-several": "warning",
  "version-unknown": "error",
  "heads-different": "error",
  "name-different": "error",
  "postgres-different": "warning",
  "ignore-expired": "warning",

  "overload-ambiguous": "error",
  "index-invalid": "error",
  "index-duplicate": "warning",
  "index-overlapping": "info",
  "constraint-not-validated": "warning",
  "foreign-key-unindexed": "info",
  "foreign-key-types": "warning",
  "table-without-primary-key": "warning",
  "sequence-near-end": "warning",
  "sequence-behind": "error",
  "trigger-disabled": "warning",
  "row-security-without-policies": "warning",
  "policies-without-row-security": "error",
  "definer-without-search-path": "warning",
  "function-broken": "error",
  "owner-different": "warning",
  "collation-stale": "warning",
};

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

export interface FoundObject {
  readonly kind: ObjectKind;
  /** Quoted and with its schema, as in `app.orders.total`. */
  readonly name: string;
}

interface FindingOf<C extends FindingCode> {
  readonly code: C;
  readonly severity: Severity;
  readonly object: FoundObject;
  readonly facts: FactsByCode[C];
  /** The author's reason, from the rule of the spec that was broken. */
  readonly reason?: string | undefined;
  /** Where that rule stands. */
  readonly at?: { readonly file: string; readonly line: number } | undefined;
}

/** One thing that is wrong with a database, as data: its prose is in `message.ts`, its looks are in `report/`. */
export type Finding = { [C in FindingCode]: FindingOf<C> }[FindingCode];

/** Orders findings: worst first, then by object, then by code. */
export function byWorst(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.object.name, b.object.name) ||
    compareText(a.code, b.code)
  );
}

/** Byte order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
