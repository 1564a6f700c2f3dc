import { compareText } from "../findings/order.ts";

/** The kind of object that a change is about. */
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
  | "operator family"
  | "operator class"
  | "cast"
  | "text search configuration"
  | "statistics"
  | "event trigger"
  | "publication"
  | "foreign server"
  | "grant"
  | "default privilege"
  | "comment";

/** A property with different values. Undefined: the property is not set on that side. */
export interface Difference {
  readonly property: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

/** An object that differs from what is expected. */
export interface Change {
  /** `missing`: expected, but does not exist. `extra`: exists, but not expected. */
  readonly change: "missing" | "extra" | "different";
  readonly kind: ChangedKind;
  /** Quoted as in SQL: `app.orders`, `app.orders.total`, `app.total(bigint, text)`. */
  readonly object: string;
  /** One line: what is missing or extra, or the properties that differ, with both values. */
  readonly detail: string;
  /** Empty for a missing or extra object. */
  readonly differences: readonly Difference[];
  /** The complete statement of a function, on each side where it exists. Only for functions, and only if it was read. */
  readonly definition?: { readonly expected: string | undefined; readonly actual: string | undefined };
}

/** All differences in one line. */
export function describeDifferences(differences: readonly Difference[]): string {
  const texts = differences.map(
    ({ property, expected, actual }) => `${property}: ${expected ?? "none"} expected, ${actual ?? "none"} found`,
  );
  return inOneLine(texts.join("; "));
}

/** Puts a text of several lines, such as a query from Postgres, into one line. */
export function inOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

/** Sorts changes by object, so that related changes are next to each other. */
export function byObject(a: Change, b: Change): number {
  return compareText(a.object, b.object) || compareText(a.kind, b.kind) || compareText(a.change, b.change);
}

/** Identifies an object among all kinds. */
export function keyOf(kind: ChangedKind, id: string): string {
  return `${kind} ${id}`;
}

/** The key of the object that a change is about. */
export function keyOfChange({ kind, object }: Change): string {
  return keyOf(kind, object);
}
