import type { Catalog } from "../../../catalog/catalog.ts";
import type { Index } from "../../../catalog/indexes.ts";
import { path, quoted } from "../../../catalog/quote.ts";
import { type AuditFinding, finding } from "../../finding.ts";
import type { AuditRule } from "../rule.ts";

/**
 * Indexes that a failed `CREATE INDEX CONCURRENTLY` left behind: each write updates them, and no query uses them. The index
 * of a partitioned table is invalid as long as a partition has no valid part of it.
 */
export const invalidIndexes: AuditRule = ({ catalog }) => {
  const isPartitioned = partitionedTables(catalog);
  return catalog.indexes
    .filter((index) => !index.valid || index.ready === false)
    .map(({ id, schema, table, definition, constraint }) =>
      finding("index-invalid", { kind: "index", name: id }, { definition, constraint, partitioned: isPartitioned(schema, table) }),
    );
};

/** Collations whose version changed after the indexes on text were built. */
export const staleCollations: AuditRule = ({ state }) =>
  state.collations.map(({ object, recorded, actual }) => finding("collation-stale", object, { recorded, actual }));

/** Equal indexes of one table, and plain indexes whose keys are the first keys of another index. */
export const duplicateIndexes: AuditRule = ({ catalog, onTable }) => {
  const isPartitioned = partitionedTables(catalog);
  const byTable = new Map<string, Index[]>();
  for (const index of catalog.indexes) {
    if (!index.valid || index.parent !== undefined) continue;
    const key = path(index.schema, index.table);
    byTable.set(key, [...(byTable.get(key) ?? []), index]);
  }
  return [...byTable.values()]
    .filter((indexes) => indexes.length > 1)
    .flatMap((indexes) => {
      const { schema, table } = indexes[0] as Index;
      const primary = onTable("constraints", schema, table).find(({ type }) => type === "primary key")?.name;
      return inTable(indexes, primary, isPartitioned(schema, table));
    });
};

/** Whether a table is partitioned: Postgres cannot create or drop the indexes of such a table concurrently. */
export function partitionedTables({ tables }: Catalog): (schema: string, table: string) => true | undefined {
  const ids = new Set(tables.flatMap(({ kind, schema, name }) => (kind === "partitioned table" ? [path(schema, name)] : [])));
  return (schema, table) => (ids.has(path(schema, table)) ? true : undefined);
}

function inTable(indexes: readonly Index[], primary: string | undefined, partitioned: true | undefined): readonly AuditFinding[] {
  // The most useful index comes first and is kept; its duplicates are reported.
  const use = (index: Index): number => (primary !== undefined && index.constraint === primary ? 16 : 0) + useOf(index);
  const ranked = indexes.toSorted((a, b) => use(b) - use(a)).map((index) => ({ index, shape: shapeOf(index) }));
  return ranked.flatMap(({ index, shape }, at) => {
    const twin = ranked
      .slice(0, at)
      .find((other) => other.shape.all === shape.all && (index.unique !== true || other.index.unique === true));
    const object = { kind: "index", name: index.id } as const;
    const { definition, constraint } = index;
    if (twin !== undefined) return [finding("index-duplicate", object, { definition, other: twin.index.id, constraint, partitioned })];
    if (index.unique === true || constraint !== undefined || index.method !== "btree" || index.replicaIdentity === true) return [];
    const wider = ranked.find(({ shape: other }) => other.rest === shape.rest && other.keys.startsWith(`${shape.keys},`));
    if (wider === undefined) return [];
    const { id: other, definition: otherDefinition } = wider.index;
    return [finding("index-overlapping", object, { definition, other, otherDefinition, partitioned })];
  });
}

function useOf({ constraint, unique, replicaIdentity, clustered }: Index): number {
  return (constraint === undefined ? 0 : 8) + (unique === true ? 4 : 0) + (replicaIdentity === true ? 2 : 0) + (clustered === true ? 1 : 0);
}

interface Shape {
  /** Everything but name and uniqueness. */
  readonly all: string;
  /** The keys with operator classes and directions. */
  readonly keys: string;
  /** Method, included columns, storage and predicate. */
  readonly rest: string;
}

/** The parts of the definition after the name of the table. */
function shapeOf({ definition, unique, name, method }: Index): Shape {
  const start = `CREATE ${unique === true ? "UNIQUE " : ""}INDEX ${quoted(name)} ON `;
  const from = definition.startsWith(start) ? start.length : 0;
  const all = definition.slice(definition.indexOf(` USING ${method} (`, from));
  const open = all.indexOf("(");
  const close = closing(all, open);
  return { all, keys: all.slice(open + 1, close), rest: all.slice(0, open) + all.slice(close) };
}

/** The position of the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (const { index, 0: token } of text.slice(open).matchAll(/"[^"]*"|'[^']*'|[()]/g)) {
    if (token === "(") depth++;
    if (token === ")" && --depth === 0) return open + index;
  }
  return text.length;
}
