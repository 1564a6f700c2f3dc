import { type Token, tokensOf } from "../../postgres/sql/tokens.ts";
import type { KnownNames } from "../advice/known.ts";
import { partitionsOf } from "../advice/partitioned-index.ts";
import type { Relation } from "../observe/relations.ts";
import { readAlterTable } from "../sql/alter-table.ts";
import { mentions, namesIn } from "../sql/names.ts";

/** What an advice needs of the schema before the migrations. */
export interface AdvisedSchema {
  readonly tables: readonly AdvisedTable[];
  /** The names of constraints, indexes and relations. */
  readonly taken: readonly string[];
  /** The domains with a check or NOT NULL, with and without their schemas. */
  readonly domains?: readonly string[] | undefined;
}

interface AdvisedTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** Those of them that are NOT NULL. Undefined: not known. */
  readonly notNull?: readonly string[] | undefined;
  readonly primaryKey?: string | undefined;
}

/** What is known of the table of an ALTER TABLE. `relations`: those at the time of the statement. Pure. */
export function knownFor(
  tokens: readonly Token[],
  schema: AdvisedSchema | undefined,
  relations: readonly Relation[],
): KnownNames | undefined {
  if (schema === undefined) return undefined;
  const names = namesIn(tokensOf(readAlterTable(tokens)?.table ?? ""));
  const table = schema.tables.find((each) => mentions(names, each));
  const relation = relations.find((each) => ["r", "p"].includes(each.kind) && mentions(names, each));
  const tree = relation && partitionsOf(relation, relations);
  return {
    taken: new Set(schema.taken),
    columns: table && new Set(table.columns),
    notNull: table?.notNull && new Set(table.notNull),
    primaryKey: table?.primaryKey,
    partitions: relation?.kind === "p" ? tree : undefined,
    hasChildren: tree && tree.parts.length > 0,
    domains: new Set(schema.domains),
  };
}
