import type { Catalog, ContentKind } from "../catalog/catalog.ts";
import type { Column } from "../catalog/columns.ts";
import type { Table } from "../catalog/relations.ts";
import type { Sequence } from "../catalog/sequences.ts";
import { path } from "../catalog/quote.ts";
import type { RepairSource } from "./source.ts";

/** A catalog, and what a repair reads in addition. */
export interface Side {
  readonly catalog: Catalog;
  readonly source: RepairSource;
}

/** Finds the objects of a catalog by id. */
export interface Lookup extends Side {
  /** Throws a `TypeError` if the object does not exist, which is a bug in offshoot. */
  get<K extends ContentKind>(kind: K, id: string): Catalog[K][number];
  find<K extends ContentKind>(kind: K, id: string): Catalog[K][number] | undefined;
  column(id: string): { readonly table: Table; readonly column: Column };
  findColumn(id: string): Column | undefined;
  /** The sequence of a serial or identity column. */
  sequenceOf(columnId: string): Sequence | undefined;
  /** The role that owns most objects. The comparison treats the main owners of both sides as the same role. */
  readonly mainOwner: string | undefined;
}

export function lookup({ catalog, source }: Side, mainOwner: string | undefined): Lookup {
  const lists = new Map<ContentKind, ReadonlyMap<string, unknown>>();
  const byId = (kind: ContentKind): ReadonlyMap<string, unknown> => {
    const known = lists.get(kind) ?? new Map(catalog[kind].map((item) => [item.id, item]));
    lists.set(kind, known);
    return known;
  };
  const find = <K extends ContentKind>(kind: K, id: string): Catalog[K][number] | undefined =>
    byId(kind).get(id) as Catalog[K][number] | undefined;
  const columns = new Map(
    catalog.tables.flatMap((table) =>
      table.columns.map((column) => [path(table.schema, table.name, column.name), { table, column }] as const),
    ),
  );
  const sequences = new Map(
    catalog.sequences.flatMap((sequence) => (sequence.ownedBy === undefined ? [] : [[sequence.ownedBy, sequence] as const])),
  );
  return {
    catalog,
    source,
    find,
    get(kind, id) {
      const found = find(kind, id);
      if (found === undefined) throw new TypeError(`${id} is not in the catalog's ${kind}`);
      return found;
    },
    column(id) {
      const found = columns.get(id);
      if (found === undefined) throw new TypeError(`column ${id} is not in the catalog`);
      return found;
    },
    findColumn: (id) => columns.get(id)?.column,
    sequenceOf: (columnId) => sequences.get(columnId),
    mainOwner,
  };
}

/** The real name of a sequence, for which the comparison uses the name of its column. */
export function realName(side: Lookup, id: string): string {
  return id.endsWith("'s") ? (side.sequenceOf(id.slice(0, -2))?.id ?? id) : id;
}
