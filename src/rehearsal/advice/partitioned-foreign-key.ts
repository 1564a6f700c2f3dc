import type { Advice } from "./advice.ts";
import type { Partitions } from "./partitioned-index.ts";

/**
 * Before PostgreSQL 18, a foreign key of a partitioned table cannot be NOT VALID. Its partitions can have theirs before, and the one
 * of the parent takes those that are equal and validated. Pure.
 */
export function foreignKeyOfParts(table: string, name: string, body: string, tree: Partitions): Advice {
  // Those that Postgres makes itself have the name of the parent's one too.
  const ofLeaf = ({ table: { shown } }: Partitions): readonly string[] => [
    `alter table ${shown} add constraint ${name} ${body} not valid`,
    `alter table ${shown} validate constraint ${name}`,
  ];
  const leaves = (each: Partitions): readonly Partitions[] => (each.table.kind === "p" ? each.parts.flatMap(leaves) : [each]);
  return {
    text: "The table is partitioned, so its foreign key cannot be NOT VALID before PostgreSQL 18. Add the same foreign key to each partition as NOT VALID, validate each one in a transaction of its own, and add that of the parent last: it takes those of the partitions and reads no row.",
    sql: [...leaves(tree).flatMap(ofLeaf), `alter table ${table} add constraint ${name} ${body}`],
    isRunnable: true,
  };
}
