import { compareText } from "../findings/finding.ts";

/** What a change is about, in the words that people use. */
export type ChangedKind =
  | "schema"
  | "extension"
  | "table"
  | "column"
  | "view"
  | "materialized view"
  | "constraint"
  | "index"
  | "sequence"
  | "function"
  | "procedure"
  | "aggregate"
  | "window function"
  | "trigger"
  | "rule"
  | "policy"
  | "enum"
  | "domain"
  | "composite"
  | "range"
  | "collation"
  | "operator"
  | "cast"
  | "text search configuration"
  | "statistics"
  | "event trigger"
  | "publication"
  | "foreign server"
  | "grant"
  | "default privilege"
  | "comment";

/** One property that is not the same. Undefined: the property isn't set there. */
export interface Difference {
  readonly property: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

/** One object that is not as expected. */
export interface Change {
  /** `missing`: expected and not there. `extra`: there and not expected. */
  readonly change: "missing" | "extra" | "different";
  readonly kind: ChangedKind;
  /** Quoted as in SQL: `app.orders`, `app.orders.total`, `app.total(bigint, text)`. */
  readonly object: string;
  /** One line: what is missing or extra, or which properties differ and how. */
  readonly detail: string;
  /** Of a different object. */
  readonly differences: readonly Difference[];
  /** The whole text of a function on either side that has it, where it was asked for. */
  readonly definition?: { readonly expected: string | undefined; readonly actual: string | undefined };
}

/** Differences in one line. */
export function describeDifferences(differences: readonly Difference[]): string {
  const told = differences.map(
    ({ property, expected, actual }) => `${property}: ${expected ?? "none"} expected, ${actual ?? "none"} found`,
  );
  return inOneLine(told.join("; "));
}

/** A text of several lines, as Postgres writes queries, in one. */
export function inOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

/** The order of a list of changes: by object, so that what belongs together stands together. */
export function byObject(a: Change, b: Change): number {
  return compareText(a.object, b.object) || compareText(a.kind, b.kind) || compareText(a.change, b.change);
}
