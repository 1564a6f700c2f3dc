export type Severity = "error" | "warning" | "info";

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** What is said about an object, by code. All facts are texts or lists of texts, so that every report can show them. */
export interface FactsByCode {
  /** `expected` is what the spec says about it, `nearest` a similar name that is there. */
  readonly missing: { readonly expected?: string | undefined; readonly nearest?: string | undefined };
  /** There, though the spec says "exactly" and does not list it. */
  readonly unexpected: { readonly definition?: string | undefined };
  /** There, though the spec says that it must be absent. */
  readonly forbidden: { readonly definition?: string | undefined };
  readonly different: { readonly property: string; readonly expected: string; readonly actual: string };
  /** The rows of a migration tool's version table are not those that the spec lists. */
  readonly "version-different": { readonly column: string; readonly lacking: readonly string[]; readonly surplus: readonly string[] };
  readonly "version-unreadable": { readonly column: string; readonly why: "no such table" | "no such column" | "no right to read it" };
  /** A call that Postgres refuses with "is not unique" because two overloads match equally well. */
  readonly "overload-ambiguous": {
    readonly other: string;
    readonly call: string;
    /** How the call gives its arguments; `untyped`: by position, as literals or parameters without a type. */
    readonly notation: "positional" | "named" | "untyped";
  };
  readonly "index-invalid": { readonly definition: string; readonly constraint?: string | undefined };
  readonly "constraint-not-validated": { readonly definition: string; readonly on: string };
  /** The spec was written from another major version, whose texts for views and rules differ. */
  readonly "postgres-different": { readonly expected: string; readonly actual: string };
  /** An exception of the spec whose date has passed: it no longer hides anything. */
  readonly "ignore-expired": { readonly until: string; readonly why: string };
}

export type FindingCode = keyof FactsByCode;

/** The severity that each code has unless the spec says otherwise. */
export const SEVERITY: Readonly<Record<FindingCode, Severity>> = {
  missing: "error",
  unexpected: "error",
  forbidden: "error",
  different: "error",
  "version-different": "error",
  "version-unreadable": "error",
  "overload-ambiguous": "error",
  "index-invalid": "error",
  "constraint-not-validated": "warning",
  "postgres-different": "warning",
  "ignore-expired": "warning",
};

export type ObjectKind =
  | "schema"
  | "extension"
  | "table"
  | "column"
  | "constraint"
  | "index"
  | "trigger"
  | "policy"
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
