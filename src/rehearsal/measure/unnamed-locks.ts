import { ancestorsOf, type Relation } from "../observe/relations.ts";
import { mentions } from "../sql/names.ts";
import { changesConstraints, changesPartitions, dropsTables } from "../sql/unnamed-locks.ts";
import type { StatementPart } from "./parts.ts";

/** Whether a statement locks a table that it does not name, because of what the catalog had before. */
export type LocksUnnamed = (part: StatementPart) => boolean;

/**
 * The statements that lock this table by naming another one: a change of the partitions of its parent, if it is the default partition;
 * the DROP of one of its partitions, or of a table on the other side of a foreign key; a change of such a foreign key. Pure.
 */
export function locksUnnamed(table: Relation, relations: ReadonlyMap<number, Relation>): LocksUnnamed {
  const withParent = (ids: ReadonlySet<number>): readonly Relation[] =>
    ids.size === 0 ? [] : [...relations.values()].filter(({ parents }) => parents?.some((id) => ids.has(id)));
  const known = (ids: Iterable<number>): readonly Relation[] => [...ids].flatMap((id) => relations.get(id) ?? []);
  const above = [table, ...ancestorsOf(table.id, relations)].filter(({ isDefault }) => isDefault === true);
  const parents = new Set(above.flatMap((each) => each.parents ?? []));
  const partitioned = known(parents);
  const linked = known(table.linked ?? []);
  const dropped = [...withParent(parents), ...withParent(new Set([table.id])), ...linked];
  return ({ tokens, names }) => {
    const isNamed = (each: Relation): boolean => mentions(names, each);
    return (
      (partitioned.some(isNamed) && changesPartitions(tokens)) ||
      (dropped.some(isNamed) && dropsTables(tokens)) ||
      (linked.some(isNamed) && changesConstraints(tokens))
    );
  };
}
