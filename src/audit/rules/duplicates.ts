import type { Index } from "../../catalog/indexes.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { finding, type Check } from "./rule.ts";
import { partitionedTables } from "./partitioned.ts";

/** Indexes of one table that do the same work, and plain ones whose keys another begins with. */
export const duplicates: Check = ({ catalog, onTable }) => {
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

function inTable(indexes: readonly Index[], primary: string | undefined, partitioned: true | undefined): ReturnType<Check> {
  // The one that is worth most comes first and stays; the others are told.
  const worth = (index: Index): number => (primary !== undefined && index.constraint === primary ? 16 : 0) + worthOf(index);
  const ranked = indexes.toSorted((a, b) => worth(b) - worth(a)).map((index) => ({ index, shape: shapeOf(index) }));
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

function worthOf({ constraint, unique, replicaIdentity, clustered }: Index): number {
  return (constraint === undefined ? 0 : 8) + (unique === true ? 4 : 0) + (replicaIdentity === true ? 2 : 0) + (clustered === true ? 1 : 0);
}

interface Shape {
  /** All but name and uniqueness. */
  readonly all: string;
  /** The keys with operator classes and directions. */
  readonly keys: string;
  /** Method, included columns, storage and predicate. */
  readonly rest: string;
}

/** The parts of the definition that Postgres writes behind the table's name. */
function shapeOf({ definition, unique, name, method }: Index): Shape {
  const start = `CREATE ${unique === true ? "UNIQUE " : ""}INDEX ${quoted(name)} ON `;
  const from = definition.startsWith(start) ? start.length : 0;
  const all = definition.slice(definition.indexOf(` USING ${method} (`, from));
  const open = all.indexOf("(");
  const close = closing(all, open);
  return { all, keys: all.slice(open + 1, close), rest: all.slice(0, open) + all.slice(close) };
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (const { index, 0: token } of text.slice(open).matchAll(/"[^"]*"|'[^']*'|[()]/g)) {
    if (token === "(") depth++;
    if (token === ")" && --depth === 0) return open + index;
  }
  return text.length;
}
