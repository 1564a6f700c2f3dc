import type { TakenNames } from "../sql/chosen-name.ts";
import type { TableFacts } from "../table-facts.ts";
import type { Partitions } from "./partitioned-index.ts";

/** What is known of the schema: an advice is exact only with it. Names are as in the catalog, without quotes. */
export interface KnownNames {
  /** Names that exist: those of constraints without one are chosen beside them. */
  readonly taken: TakenNames;
  /** The columns of the table, where they are known. */
  readonly columns?: ReadonlySet<string> | undefined;
  /** Those of them that are NOT NULL. A column that an advice makes so is added. */
  readonly notNull?: Set<string> | undefined;
  /** The primary key that the table has before the migrations. */
  readonly primaryKey?: string | undefined;
  /** The partitions, if the table is partitioned. */
  readonly partitions?: Partitions | undefined;
  /** Whether other tables inherit from it, also as partitions. */
  readonly hasChildren?: boolean | undefined;
  /** The domains with a check or NOT NULL, with and without their schemas. */
  readonly domains?: ReadonlySet<string> | undefined;
  /** The table before the migrations, where the statement has one action only. */
  readonly facts?: TableFacts | undefined;
}

/** Without knowledge of a schema. */
export function nothingKnown(): KnownNames {
  return { taken: new Set() };
}
