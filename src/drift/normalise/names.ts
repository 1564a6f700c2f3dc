import type { Catalog } from "../../catalog/catalog.ts";
import type { Sequence } from "../../catalog/sequences.ts";
import { path, quoted } from "../../catalog/quote.ts";
import type { Pair } from "./pair.ts";

/** A constraint or an index. */
interface NamedPart {
  readonly id: string;
  readonly name: string;
  readonly schema: string;
  readonly table: string;
}

/** Gives an actual constraint the expected name if both names are generated and everything else is equal. */
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

/** Everything about an index except its name. */
function nameless(index: Catalog["indexes"][number]): string {
  return JSON.stringify({ ...index, id: "", name: "", definition: index.definition.replace(quoted(index.name), "") });
}

/** Gives an actual index the expected name, like `alignConstraintNames`. The index of a constraint gets its name there. */
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

/** The new id of each actual part that must be renamed. `text` holds everything except the name. */
function namesToAlign<T extends NamedPart>(
  expected: readonly T[],
  actual: readonly T[],
  text: (item: T) => string,
): ReadonlyMap<string, string> {
  const existing = new Set(actual.map((item) => item.id));
  const wanted = new Set(expected.map((item) => item.id));
  const free = new Map<string, T[]>();
  for (const item of expected.filter(({ id }) => !existing.has(id)).filter(isGenerated)) {
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
 * Whether Postgres or a tool generated the name. Postgres adds an ending, cuts the name to 63 bytes and adds a number if it
 * is taken (`ChooseRelationName` in its source). Django, TypeORM, Hibernate and others add a hash.
 */
function isGenerated({ name, table }: { readonly name: string; readonly table: string }): boolean {
  const byPostgres = /_(?:pkey|key|fkey|check|excl|idx|not_null)\d*$/.test(name) && name.startsWith(table.slice(0, 20));
  return byPostgres || /(?:^|_)(?=[0-9a-f]*\d)[0-9a-f]{8,}(?:_|$)/.test(name) || /^(?:pk|fk|uk|idx)_?[0-9a-z]{20,}$/i.test(name);
}

/** Names a sequence after its column if Postgres generated the name, also in the default of the column. */
export function alignSequenceNames([expected, actual]: Pair): Pair {
  return [withColumnSequences(expected), withColumnSequences(actual)];
}

function withColumnSequences(catalog: Catalog): Catalog {
  const names = new Map(
    catalog.sequences.flatMap((sequence) => (hasGeneratedName(sequence) ? [[sequence.id, `${sequence.ownedBy}'s`] as const] : [])),
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

/** Postgres generates `table_column_seq`. It cuts both parts if they are too long, and adds a number if the name is taken. */
function hasGeneratedName({ ownedBy, name, identity }: Sequence): boolean {
  return ownedBy !== undefined && (identity === true || /_seq\d*$/.test(name));
}

function unquotedLast(id: string): string {
  const last = /(?:^|\.)("(?:[^"]|"")*"|[^".]*)$/.exec(id)?.[1] ?? id;
  return last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last;
}
