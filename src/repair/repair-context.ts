import { quoted } from "../catalog/quote.ts";
import type { Difference } from "../drift/change.ts";
import type { Lookup } from "./lookup.ts";
import type { Rows } from "./rows.ts";
import { isStatements, type Remedy, type Statement } from "./step.ts";

/** What is known when the statements for an object are written. */
export interface RepairContext extends Rows {
  readonly expected: Lookup;
  readonly actual: Lookup;
  /** The name of an expected role in the actual database, unquoted. */
  readonly role: (name: string) => string;
  /** Whether this repair creates the table or domain, so that it is empty and no other session uses it. */
  readonly isNew: (id: string) => boolean;
}

/** The dependents that are dropped before an object is altered: which of its own, or only those of the columns that use it. */
export type Dependents = "all" | "all with foreign keys" | "all but columns" | "of columns";

/** How objects of one kind are created, dropped and altered. */
export interface ObjectRepair {
  create(id: string, context: RepairContext): Remedy;
  drop(id: string, context: RepairContext): readonly Statement[];
  alter(id: string, differences: readonly Difference[], context: RepairContext): Remedy;
  /** The dependent objects that must be dropped before this object is altered. Default: none. */
  dependentsToDrop?(id: string, differences: readonly Difference[], context: RepairContext): Dependents | undefined;
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

/** The kinds of objects whose only property that can be altered in the same way is the owner. */
type Owned = "collations" | "operators" | "operatorFamilies" | "operatorClasses" | "textSearchConfigurations" | "statistics";

/** Gives new objects their owner, and alters the owner; everything else as before. */
export function withOwner(kind: Owned, word: string, repair: ObjectRepair): ObjectRepair {
  return {
    ...repair,
    create(id, context) {
      const created = repair.create(id, context);
      return isStatements(created) ? [...created, ...ownerOfNew(word, id, context.expected.get(kind, id).owner, context)] : created;
    },
    alter(id, differences, context) {
      const others = differences.filter(({ property }) => property !== "owner");
      const owner = others.length === differences.length ? [] : [changeOwner(word, id, context.expected.get(kind, id).owner, context)];
      const altered = others.length === 0 ? [] : repair.alter(id, others, context);
      return isStatements(altered) ? [...altered, ...owner] : altered;
    },
  };
}
