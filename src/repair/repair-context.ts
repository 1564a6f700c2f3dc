import { quoted } from "../catalog/quote.ts";
import type { Difference } from "../drift/change.ts";
import type { Lookup } from "./lookup.ts";
import type { Remedy, Statement } from "./step.ts";

/** What is known of the rows of the database that is repaired. */
export interface Rows {
  /** Whether the table holds rows; true where that is not known. */
  readonly hasRows: (tableId: string) => boolean;
  /** Whether a row has no value in the column; true where that is not known. */
  readonly hasNulls: (columnId: string) => boolean;
}

/** What the makers of statements may look at. */
export interface Making extends Rows {
  readonly expected: Lookup;
  readonly actual: Lookup;
  /** An expected role as it is called in the actual database, unquoted. */
  readonly role: (name: string) => string;
  /** Whether this very repair makes the table or domain, so that it is empty and nobody else sees it. */
  readonly isNew: (id: string) => boolean;
}

/** How objects of one kind come about, change and go. */
export interface Maker {
  create(id: string, making: Making): Remedy;
  drop(id: string, making: Making): readonly Statement[];
  alter(id: string, differences: readonly Difference[], making: Making): Remedy;
  /** Whether what depends on the object must be gone while it is altered so, and whether columns may stay. Default: all may. */
  disturbs?(id: string, differences: readonly Difference[], making: Making): "everything" | "but columns" | undefined;
  /**
   * A condition in SQL: the object is still as it was found. What has to go for the object's sake goes only then, so that
   * a second run leaves alone what the first one made. Undefined: nothing tells.
   */
  isOld?(id: string, differences: readonly Difference[], making: Making): string | undefined;
}

/** What differs, by property. */
export function byProperty(differences: readonly Difference[]): ReadonlyMap<string, Difference> {
  return new Map(differences.map((difference) => [difference.property, difference]));
}

/** Gives an object to its owner, unless whoever makes it is that already. */
export function owned(word: string, id: string, owner: string, { role, actual }: Making): readonly Statement[] {
  const name = role(owner);
  return name === actual.source.user ? [] : [{ sql: `alter ${word} ${id} owner to ${quoted(name)}` }];
}

/** Gives an object that is there to another owner. */
export function given(word: string, id: string, owner: string, { role }: Making): Statement {
  return { sql: `alter ${word} ${id} owner to ${quoted(role(owner))}` };
}
