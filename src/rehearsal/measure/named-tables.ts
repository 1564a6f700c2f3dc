import type { RecordedTransaction } from "../observe/recording.ts";
import { type Relation, tableOf } from "../observe/relations.ts";
import { mentions } from "../sql/names.ts";
import { targetsOf } from "../sql/targets.ts";
import type { ReadStatement } from "./statements.ts";

/**
 * The tables that succeeded statements locked for certain, by their texts. A short lock of a statement outside of an explicit
 * transaction can be missing in all looks, and the report must not leave out its table. Pure.
 */
export function namedTables(
  statements: readonly ReadStatement[],
  transactions: readonly RecordedTransaction[],
  relations: ReadonlyMap<number, Relation>,
): ReadonlySet<number> {
  const partial = statements.filter(
    ({ sent, transaction }) => sent.sqlstate === undefined && transactions[transaction]?.isComplete !== true,
  );
  const targets = partial.flatMap(({ parts }) => parts.flatMap(({ tokens }) => targetsOf(tokens)));
  const unique = new Map(targets.map((parts) => [parts.join("."), parts] as const));
  const found = [...unique.values()].flatMap((parts) => {
    const named = [...relations.values()].filter((relation) => mentions([parts], relation));
    // The name alone does not show which schema it is in.
    return named.length === 1 ? named.map(({ id }) => tableOf(id, relations)) : [];
  });
  return new Set(found);
}
