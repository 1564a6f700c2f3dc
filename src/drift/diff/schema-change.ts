import { type Change, type ChangedKind, inOneLine } from "../change.ts";
import { redactChanges } from "../redact.ts";

/** A property of an object before and after. Undefined: it was not set then. */
export interface PropertyChange {
  readonly property: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What migrations did to one object. The parts of an added or removed object, such as the columns of a table, have no change of their own. */
export interface SchemaChange {
  readonly change: "added" | "changed" | "removed";
  readonly kind: ChangedKind;
  /** Quoted as in SQL: `app.orders`, `app.orders.total`, `app.total(bigint, text)`. */
  readonly object: string;
  /** An added or removed object in one line, such as the type of a column. */
  readonly detail: string;
  /** Empty for an added or removed object. */
  readonly properties: readonly PropertyChange[];
}

const SORTS = { missing: "added", different: "changed", extra: "removed" } as const satisfies Record<
  Change["change"],
  SchemaChange["change"]
>;

/**
 * The changes from one schema to another, from a comparison that expects the later one. Without what a report must not show:
 * connection parameters, and the texts of functions and comments.
 */
export function schemaChanges(changes: readonly Change[]): readonly SchemaChange[] {
  return redactChanges(changes).map(({ change, kind, object, detail, differences }) => ({
    change: SORTS[change],
    kind,
    object,
    detail: kind === "comment" ? "" : detail,
    properties: differences.map(({ property, expected, actual }) => ({
      property,
      before: kind === "comment" ? undefined : shown(actual),
      after: kind === "comment" ? undefined : shown(expected),
    })),
  }));
}

function shown(value: string | undefined): string | undefined {
  return value === undefined ? undefined : inOneLine(value);
}
