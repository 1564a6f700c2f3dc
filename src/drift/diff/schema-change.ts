import type { ChangedKind } from "../change.ts";

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
  /** The change in one line: of an added or removed object what it is, such as the type of a column. */
  readonly detail: string;
  /** Empty for an added or removed object. */
  readonly properties: readonly PropertyChange[];
}
