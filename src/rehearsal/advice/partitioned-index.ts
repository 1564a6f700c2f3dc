import type { Token } from "../../postgres/sql/tokens.ts";
import type { Relation } from "../observe/relations.ts";
import { lower, textOf } from "../sql/alter-table.ts";
import { chosenName, columnsInName, type TakenNames } from "../sql/chosen-name.ts";
import { schemaPart } from "../sql/names.ts";
import { type Advice, inWords } from "./advice.ts";

/** A partitioned table with its partitions, which can have partitions too. */
export interface Partitions {
  readonly table: Relation;
  readonly parts: readonly Partitions[];
}

/** With more partitions, the statements would fill pages. */
export const MOST_PARTITIONS = 50;
const PARTITIONED = "p";
const FOREIGN = "f";

const TEXT =
  "The table is partitioned, so its index cannot be built concurrently. Create it on the parent only, which reads no row, build an index of each partition concurrently, outside of a transaction, and attach each one (alter index … attach partition …). The index of the parent is valid when all are attached.";

/** An index of a partitioned table cannot be built concurrently (PostgreSQL documentation, "CREATE INDEX"). Pure. */
export function forPartitionedIndex(tokens: readonly Token[], tree: Partitions | undefined, taken: TakenNames): Advice | undefined {
  const on = tokens.findIndex((token) => lower(token) === "on");
  if (lower(tokens[on + 1]) === "only") return undefined;
  const only = (): Advice =>
    inWords(TEXT, [textOf([...tokens.slice(0, on + 1), { kind: "word", text: "only", at: Number.NaN }, ...tokens.slice(on + 1)])]);
  if (tree === undefined || tree.parts.length === 0 || countOf(tree) > MOST_PARTITIONS) return only();
  let end = on + 2;
  while (tokens[end]?.text === ".") end += 2;
  const parent = textOf(tokens.slice(on + 1, end));
  const rest = tokens.slice(end);
  const head = lower(tokens[1]) === "unique" ? "create unique index" : "create index";
  const columns = columnsInName(rest);
  const given = nameBefore(tokens.slice(0, on));
  const own = given ?? chosenName(parent, columns, "idx", taken);
  const ifMissing = tokens.slice(0, on).some((token) => lower(token) === "exists") ? " if not exists" : "";
  const statements = (name: string, { parts }: Partitions): readonly string[] =>
    parts.flatMap((part) => {
      // Rows of another server have no index here.
      if (part.table.kind === FOREIGN) return [];
      const { shown } = part.table;
      const index = chosenName(shown, columns, "idx", taken);
      // It is in the schema of its table.
      const full = schemaPart(shown) + index;
      const isLeaf = part.table.kind !== PARTITIONED;
      return [
        `${head} ${isLeaf ? `concurrently ${index} on` : `${index} on only`} ${shown} ${textOf(rest)}`,
        ...(isLeaf ? [] : statements(full, part)),
        `alter index ${name} attach partition ${full}`,
      ];
    });
  return {
    text: TEXT,
    sql: [`${head}${ifMissing} ${own} on only ${parent} ${textOf(rest)}`, ...statements(`${schemaPart(parent)}${own}`, tree)],
    isRunnable: true,
  };
}

/** The partitions of a table, from all relations. Pure. */
export function partitionsOf(table: Relation, relations: readonly Relation[]): Partitions {
  const parts = relations.filter(({ parents, kind }) => parents?.includes(table.id) === true && !["i", "I"].includes(kind));
  return { table, parts: parts.toSorted((one, other) => (one.shown < other.shown ? -1 : 1)).map((part) => partitionsOf(part, relations)) };
}

export function countOf({ parts }: Partitions): number {
  return parts.reduce((sum, part) => sum + 1 + countOf(part), 0);
}

/** The name of the index, if the statement has one: after INDEX, CONCURRENTLY and IF NOT EXISTS. */
function nameBefore(head: readonly Token[]): string | undefined {
  const last = head.at(-1);
  return last === undefined || ["index", "concurrently", "exists"].includes(lower(last)) ? undefined : last.text;
}
