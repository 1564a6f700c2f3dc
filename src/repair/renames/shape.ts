import type { Catalog, ContentKind } from "../../catalog/catalog.ts";
import type { Constraint } from "../../catalog/constraints.ts";
import type { Table } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import type { ChangedKind } from "../../drift/change.ts";

/**
 * The kinds that a repair renames, with their list in the catalog. What holds no data and blocks nothing (triggers, rules,
 * policies, statistics) is dropped and created again as before.
 */
const LISTS = {
  schema: "schemas",
  table: "tables",
  view: "views",
  "materialized view": "views",
  sequence: "sequences",
  enum: "enums",
  domain: "domains",
  composite: "composites",
  range: "ranges",
  function: "routines",
  procedure: "routines",
  "window function": "routines",
  constraint: "constraints",
  index: "indexes",
} as const satisfies Partial<Record<ChangedKind, ContentKind>>;

export type RenamedKind = keyof typeof LISTS;

export function isRenamedKind(kind: ChangedKind): kind is RenamedKind {
  return kind in LISTS;
}

/** An object, with its names unquoted. */
export interface Named {
  readonly id: string;
  /** Undefined for a schema. */
  readonly schema: string | undefined;
  readonly name: string;
  /** For a constraint: its table or domain. */
  readonly table: string | undefined;
}

type Item = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly name: string;
  readonly schema?: string;
  readonly table?: string;
};

function find(kind: RenamedKind, id: string, catalog: Catalog): Item | undefined {
  const list = catalog[LISTS[kind]] as unknown as readonly Item[];
  return list.find((item) => item.id === id);
}

export function namedIn(catalog: Catalog, kind: RenamedKind, id: string): Named | undefined {
  const item = find(kind, id, catalog);
  return item === undefined ? undefined : { id, schema: item.schema, name: item.name, table: item.table };
}

/**
 * What two objects must have in common to be one object with two names. Undefined for an object that cannot be renamed on its own.
 * The owner is not a part of it, nor what the repair changes afterwards: grants, comments, triggers and other indexes of a table.
 */
export function shapeOf(catalog: Catalog, kind: RenamedKind, id: string): string | undefined {
  const item = find(kind, id, catalog);
  const shape = item === undefined ? undefined : SHAPES[kind](item as never, catalog);
  return shape === undefined ? undefined : withoutName(JSON.stringify([kind, shape]), id);
}

const SHAPES: Readonly<Record<RenamedKind, (item: never, catalog: Catalog) => unknown>> = {
  schema: schemaShape,
  table: tableShape,
  view: rest,
  "materialized view": rest,
  sequence: rest,
  enum: rest,
  domain: (item: Item & { readonly schema: string }, catalog) => [
    rest(item),
    constraintsOf(catalog, item).map(({ definition }) => definition),
  ],
  composite: rest,
  range: (item: Item) => rest({ ...item, multirange: undefined }),
  function: routineShape,
  procedure: routineShape,
  "window function": routineShape,
  constraint: ({ inherited, type, ...item }: Item) =>
    inherited === true || type === "not null" ? undefined : { ...rest(item), of: [item.schema, item.table], type },
  index: ({ constraint, parent, definition, ...item }: Item) =>
    constraint !== undefined || parent !== undefined
      ? undefined
      : { ...rest(item), of: [item.schema, item.table], definition: String(definition).replace(` ${quoted(item.name)} `, " ") },
};

const NAMES = new Set(["id", "name", "schema", "table", "owner"]);

/** Everything but the names and the owner. */
function rest(item: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(item).filter(([property]) => !NAMES.has(property)));
}

function routineShape({ signature, ...item }: Item): unknown {
  return [rest(item), signature];
}

/** The columns in any order, and the keys. */
function tableShape(table: Table, catalog: Catalog): unknown {
  const { kind, partitionKey, partitionBound, inherits, ofType, server, columns } = table;
  const keys = constraintsOf(catalog, table).filter(({ type }) => type === "primary key" || type === "unique");
  const shapes = columns.map(({ name, type, nullable, generated, identity, collation, inherited }) =>
    JSON.stringify([name, type, nullable, generated, identity, collation, inherited]),
  );
  return [
    kind,
    partitionKey,
    partitionBound,
    inherits,
    ofType,
    server,
    shapes.toSorted(),
    keys.map(({ definition }) => definition).toSorted(),
  ];
}

function constraintsOf(catalog: Catalog, { schema, name }: { readonly schema: string; readonly name: string }): readonly Constraint[] {
  return catalog.constraints
    .filter((each) => each.schema === schema && each.table === name)
    .toSorted((a, b) => (a.definition < b.definition ? -1 : 1));
}

/** The names of all objects in the schema. Undefined for an empty one. */
function schemaShape({ name }: Item, catalog: Catalog): unknown {
  const start = `${quoted(name)}.`;
  const names = Object.values(LISTS).flatMap((list) => {
    const ids = list === "schemas" ? [] : (catalog[list] as readonly { readonly id: string }[]).map(({ id }) => id);
    return ids.filter((id) => id.startsWith(start)).map((id) => `${list} ${id.slice(start.length)}`);
  });
  return names.length === 0 ? undefined : [...new Set(names)];
}

/** The text without the object's own name, which can be a part of its definition. */
function withoutName(text: string, id: string): string {
  const own = JSON.stringify(id)
    .slice(1, -1)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return text.replaceAll(new RegExp(`(?<![\\w.$"])${own}(?![\\w$"])`, "g"), "…");
}
