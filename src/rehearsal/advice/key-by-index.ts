import { textOf } from "../sql/alter-table.ts";
import { chosenName, columnsInName } from "../sql/chosen-name.ts";
import { derivedName, plainName, schemaPart } from "../sql/names.ts";
import type { Advice } from "./advice.ts";
import { columnsOf, type Key } from "./key.ts";
import type { KnownNames } from "./known.ts";
import { forNotNull } from "./not-null.ts";
import type { Partitions } from "./partitioned-index.ts";

/** A key that an action adds. */
export interface NewKey {
  readonly table: string;
  /** As it is written. */
  readonly name: string;
  readonly key: Key;
  /** `drop constraint …` actions of what it replaces: a table has one primary key, and a name belongs to one constraint. */
  readonly replaces: readonly string[];
  /** Whether the statement itself drops what it replaces. */
  readonly dropsItself: boolean;
}

/** Its unique index is built beside the writers first, for a table that is not partitioned. Pure. */
export function keyByIndex({ table, name, key, replaces, dropsItself }: NewKey, major: number, known: KnownNames): Advice {
  const first = notNullOf(table, key, major, known);
  const index = replaces.length === 0 ? name : freeName(name, known);
  const added = joined([`add constraint ${name} ${key.label} using index ${index}`, key.ofConstraint]);
  return {
    text: `Build the unique index concurrently first, outside of a transaction, and make it the ${key.label}'s index: then only a moment needs a strong lock.${textOfNotNull(key, first, known)}${dropsItself || replaces.length === 0 ? "" : " The same statement drops the key of before: leave out the earlier statement that drops it."}`,
    sql: [
      ...first,
      joined([`create unique index concurrently ${index} on ${table} ${textOf(key.columns)}`, key.ofIndex]),
      `alter table ${table} ${[...replaces, added].join(", ")}`,
    ],
    isRunnable: true,
  };
}

/** Each partition gets its constraint, and the one of the parent, which reads no row, takes them. Pure. */
export function partitionedKey({ table, name, key }: NewKey, body: string, tree: Partitions, major: number, known: KnownNames): Advice {
  const label = key.label === "unique" ? "key" : "pkey";
  const columns = key.label === "unique" ? columnsInName(key.columns) : undefined;
  const first = notNullOf(table, key, major, known);
  const ofParts = (parent: string, { parts }: Partitions): readonly string[] =>
    parts.flatMap((part) => {
      const { shown, kind } = part.table;
      const own = chosenName(shown, columns, label, known.taken);
      const full = schemaPart(shown) + own;
      const made =
        kind === "p"
          ? [`alter table only ${shown} add constraint ${own} ${body}`, ...ofParts(full, part)]
          : [
              joined([`create unique index concurrently ${own} on ${shown} ${textOf(key.columns)}`, key.ofIndex]),
              joined([`alter table ${shown} add constraint ${own} ${key.label} using index ${own}`, key.ofConstraint]),
            ];
      return [...made, `alter index ${parent} attach partition ${full}`];
    });
  return {
    text: `The table is partitioned, so the index of its ${key.label} cannot be built concurrently. Add the constraint to the parent only, which reads no row, build the unique index of each partition concurrently, outside of a transaction, make it that of a constraint, and attach each one. The constraint of the parent is valid when all are attached.${textOfNotNull(key, first, known)}`,
    sql: [...first, `alter table only ${table} add constraint ${name} ${body}`, ...ofParts(schemaPart(table) + name, tree)],
    isRunnable: true,
  };
}

/** A primary key makes its columns NOT NULL, which reads all rows under the strong lock if they are not yet. */
function notNullOf(table: string, key: Key, major: number, known: KnownNames): readonly string[] {
  if (key.label === "unique" || known.notNull === undefined) return [];
  const open = columnsOf(key).filter((column) => known.notNull?.has(plainName(column)) !== true);
  return open.flatMap((column) => forNotNull(table, column, major, known).sql);
}

function textOfNotNull({ label }: Key, first: readonly string[], { notNull }: KnownNames): string {
  if (label === "unique" || (notNull !== undefined && first.length === 0)) return "";
  const why = "a primary key reads all rows under the strong lock for a column that can be NULL.";
  return first.length > 0
    ? ` Make its columns NOT NULL before: ${why}`
    : ` Make a column that can be NULL NOT NULL before, in a way that reads no row under a strong lock: ${why}`;
}

function freeName(name: string, { taken }: KnownNames): string {
  for (let number = 0; ; number += 1) {
    const free = derivedName([name], number === 0 ? "new" : `new${number}`);
    if (taken.has(plainName(free))) continue;
    taken.add(plainName(free));
    return free;
  }
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
