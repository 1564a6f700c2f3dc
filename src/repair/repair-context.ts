import { quoted } from "../catalog/quote.ts";
import type { Difference } from "../drift/change.ts";
import type { Lookup } from "./lookup.ts";
import type { Rows } from "./rows.ts";
import type { Remedy, Statement } from "./step.ts";

/** What is known when the statements for an object are written. */
export interface RepairContext extends Rows {
  readonly expected: Lookup;
  readonly actual: Lookup;
  /** The name of an expected role in the actual database, unquoted. */
  readonly role: (name: string) => string;
  /** Whether this repair creates the table or domain, so that it is empty and no other session uses it. */
  readonly isNew: (id: string) => boolean;
}

/** How objects of one kind are created, dropped and altered. */
export interface ObjectRepair {
  create(id: string, context: RepairContext): Remedy;
  drop(id: string, context: RepairContext): readonly Statement[];
  alter(id: string, differences: readonly Difference[], context: RepairContext): Remedy;
  /** The dependent objects that must be dropped before this object is altered. Default: none. */
  dependentsToDrop?(id: string, differences: readonly Difference[], context: RepairContext): "all" | "all but columns" | undefined;
  /**
   * SQL condition: the object is still as the comparison found it. Objects that are dropped because of this object are
   * dropped only then, so that a second run keeps what the first run created. Undefined: no condition can show that.
   */
  isUnchanged?(id: string, differences: readonly Difference[], context: RepairContext): string | undefined;
  /** SQL condition: the object exists. It is the same condition for an object that must be dropped and not created again. */
  exists?(id: string, context: RepairContext): string;
}

/** The differences by property. */
export function byProperty(differences: readonly Difference[]): ReadonlyMap<string, Difference> {
  return new Map(differences.map((difference) => [difference.property, difference]));
}

/** Sets the owner of a new object, unless the role that creates the object is the owner. */
export function ownerOfNew(word: string, id: string, owner: string, { role, actual }: RepairContext): readonly Statement[] {
  const name = role(owner);
  return name === actual.source.user ? [] : [{ sql: `alter ${word} ${id} owner to ${quoted(name)}` }];
}

/** Changes the owner of an object that exists. */
export function changeOwner(word: string, id: string, owner: string, { role }: RepairContext): Statement {
  return { sql: `alter ${word} ${id} owner to ${quoted(role(owner))}` };
}
