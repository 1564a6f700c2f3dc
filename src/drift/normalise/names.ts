import type { Catalog } from "../../catalog/catalog.ts";
import type { Sequence } from "../../catalog/sequences.ts";
import { path, quoted } from "../../catalog/quote.ts";
import type { Pair } from "./pair.ts";

/** What has a name on a table, and the rest of it as text. */
interface NamedPart {
  readonly id: string;
  readonly name: string;
  readonly schema: string;
  readonly table: string;
}

/** Gives an actual constraint the expected name where both names are generated and all else is equal. */
export function alignConstraintNames([expected, actual]: Pair): Pair {
  const names = namesToAlign(expected.constraints, actual.constraints, (item) => JSON.stringify({ ...item, id: "", name: "" }));
  return [
    expected,
    {
      ...actual,
      constraints: actual.constraints.map((item) => renamed(item, names.get(item.id) ?? item.id)),
      indexes: actual.indexes.map((index) => {
        if (index.constraint === undefined) return index;
        const aligned = names.get(path(index.schema, index.table, index.constraint));
        if (aligned === undefined) return index;
        const name = unquotedLast(aligned);
        const definition = index.definition.replace(quoted(index.name), quoted(name));
        return { ...index, id: path(index.schema, name), name, constraint: name, definition };
      }),
    },
  ];
}

function renamed<T extends NamedPart>(item: T, id: string): T {
  return { ...item, id, name: unquotedLast(id) };
}

function ofNoConstraint(list: Catalog["indexes"]): Catalog["indexes"] {
  return list.filter((index) => index.constraint === undefined);
}

/** All that an index is but for its name. */
function nameless(index: Catalog["indexes"][number]): string {
  return JSON.stringify({ ...index, id: "", name: "", definition: index.definition.replace(quoted(index.name), "") });
}

/** The same for indexes that serve no constraint. */
export function alignIndexNames([expected, actual]: Pair): Pair {
  const names = namesToAlign(ofNoConstraint(expected.indexes), ofNoConstraint(actual.indexes), nameless);
  return [
    expected,
    {
      ...actual,
      indexes: actual.indexes.map((index) => {
        const id = names.get(index.id);
        if (id === undefined) return index;
        const name = unquotedLast(id);
        return { ...index, id, name, definition: index.definition.replace(quoted(index.name), quoted(name)) };
      }),
    },
  ];
}

/** Actual ids with the expected id that each is to have. */
function namesToAlign<T extends NamedPart>(
  expected: readonly T[],
  actual: readonly T[],
  text: (item: T) => string,
): ReadonlyMap<string, string> {
  const there = new Set(actual.map((item) => item.id));
  const wanted = new Set(expected.map((item) => item.id));
  const free = new Map<string, T[]>();
  for (const item of expected.filter(({ id }) => !there.has(id)).filter(isGenerated)) {
    free.set(text(item), [...(free.get(text(item)) ?? []), item]);
  }
  const names = new Map<string, string>();
  for (const item of actual.filter(({ id }) => !wanted.has(id)).filter(isGenerated)) {
    const match = free.get(text(item))?.shift();
    if (match !== undefined) names.set(item.id, match.id);
  }
  return names;
}

/**
 * Whether Postgres or a tool made up the name: Postgres's own ends (`ChooseRelationName` in its source), cut to 63 bytes
 * and numbered where taken, and the hashes that Django, TypeORM, Hibernate and others put in.
 */
export function isGenerated({ name, table }: { readonly name: string; readonly table: string }): boolean {
  const byPostgres = /_(?:pkey|key|fkey|check|excl|idx|not_null)\d*$/.test(name) && name.startsWith(table.slice(0, 20));
  return byPostgres || /(?:^|_)(?=[0-9a-f]*\d)[0-9a-f]{8,}(?:_|$)/.test(name) || /^(?:pk|fk|uk|idx)_?[0-9a-z]{20,}$/i.test(name);
}

/** Calls the sequence of a column by the column where Postgres chose its name, also in the column's default. */
export function alignSequenceNames([expected, actual]: Pair): Pair {
  return [withColumnSequences(expected), withColumnSequences(actual)];
}

function withColumnSequences(catalog: Catalog): Catalog {
  const names = new Map(
    catalog.sequences.flatMap((sequence) => (isColumns(sequence) ? [[sequence.id, `${sequence.ownedBy}'s`] as const] : [])),
  );
  if (names.size === 0) return catalog;
  const inDefault = (text: string): string =>
    text.replace(/^nextval\('(.+)'::regclass\)$/s, (whole, id: string) => {
      const name = names.get(id.replaceAll("''", "'"));
      return name === undefined ? whole : `nextval(of ${name})`;
    });
  const called = (id: string): string => names.get(id) ?? id;
  return {
    ...catalog,
    sequences: catalog.sequences.map((sequence) => ({ ...sequence, id: called(sequence.id) })),
    grants: catalog.grants.map((grant) =>
      grant.on === "relation" && names.has(grant.name)
        ? { ...grant, id: `relation ${called(grant.name)}`, name: called(grant.name) }
        : grant,
    ),
    tables: catalog.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => (column.default === undefined ? column : { ...column, default: inDefault(column.default) })),
    })),
  };
}

/** Postgres's names are `table_column_seq`, both parts cut where too long, with a number where taken. */
function isColumns({ ownedBy, name, identity }: Sequence): boolean {
  return ownedBy !== undefined && (identity === true || /_seq\d*$/.test(name));
}

function unquotedLast(id: string): string {
  const last = /(?:^|\.)("(?:[^"]|"")*"|[^".]*)$/.exec(id)?.[1] ?? id;
  return last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last;
}
