import { quoted } from "../../../src/catalog/quote.ts";
import { different, type Draw, extra, type MutationKind, type MutationKinds, missing, spreading } from "../mutation.ts";
import { plainTables } from "./tables.ts";

type Index = Draw["catalog"]["indexes"][number];

/** Indexes that belong neither to a constraint nor to a partition. */
function free({ catalog }: Draw, fits: (index: Index) => boolean = () => true): readonly Index[] {
  const partitioned = new Set(catalog.tables.filter(({ kind }) => kind === "partitioned table").map(({ id }) => id));
  return catalog.indexes.filter(
    (each) => each.constraint === undefined && each.parent === undefined && !partitioned.has(tableOf(each)) && fits(each),
  );
}

const tableOf = ({ schema, table }: Index): string => `${quoted(schema)}.${quoted(table)}`;

/** An index that is dropped and created again with another definition. */
function again(property: string, fits: (index: Index) => boolean, change: (definition: string) => string): MutationKind {
  return (draw) => {
    const found = draw.one(free(draw, fits));
    // Its comment is dropped with it.
    return spreading(different("index", found.id, property, `drop index ${found.id}; ${change(found.definition)}`));
  };
}

const isPlain = (index: Index): boolean => index.method === "btree" && !index.definition.includes("INCLUDE");

export const INDEX_KINDS: MutationKinds = {
  "index extra": (draw) => {
    const { id, schema, columns } = draw.one(plainTables(draw));
    const column = quoted(
      draw.one(columns.filter(({ type }) => /^(?:integer|bigint|text|timestamp|uuid)/.test(type) || columns.length === 1)).name,
    );
    const name = draw.newName();
    const rest = draw.one([
      `(${column})`,
      `(${column} desc) where ${column} is not null`,
      `using hash (${column})`,
      `((${column}::text)) with (fillfactor = 60)`,
    ]);
    return extra("index", `${quoted(schema)}.${name}`, `create index ${name} on ${id} ${rest}`);
  },
  "index unique extra": (draw) => {
    const name = draw.newName();
    return extra("index", `app.${name}`, `create unique index ${name} on app.notes (number, title)`);
  },
  "index of a parent extra": (draw) => {
    const name = draw.newName();
    return spreading(extra("index", `app.${name}`, `create index ${name} on app.measures (at, value)`));
  },
  "index of a partition extra": (draw) => {
    const name = draw.newName();
    return extra("index", `app.${name}`, `create index ${name} on app.measures_south (at)`);
  },
  "index of a materialized view extra": (draw) => {
    const name = draw.newName();
    return extra("index", `billing.${name}`, `create index ${name} on billing.totals (total)`);
  },
  "index missing": (draw) => {
    const { id } = draw.one(free(draw));
    return missing("index", id, `drop index ${id}`);
  },
  "index of a parent missing": () => spreading(missing("index", "app.measures_value", "drop index app.measures_value")),
  "index renamed": (draw) => {
    const { id } = draw.one(free(draw));
    return spreading(missing("index", id, `alter index ${id} rename to ${draw.newName()}`));
  },
  "index unique": again(
    "unique",
    (index) => index.method === "btree",
    (text) => (text.includes(" UNIQUE ") ? text.replace(" UNIQUE", "") : text.replace("CREATE", "CREATE UNIQUE")),
  ),
  "index keys": (draw) => {
    const found = draw.one(free(draw, ({ table }) => table === "notes" || table === "teams"));
    const keys = found.table === "notes" ? draw.one(["(fee)", "(author, fee)", "(upper(title))"]) : draw.one(["(id, owner_id)", "(title)"]);
    return spreading(
      different("index", found.id, "keys", `drop index ${found.id}; create index ${quoted(found.name)} on ${tableOf(found)} ${keys}`),
    );
  },
  "index direction": again(
    "definition",
    (index) => isPlain(index) && index.predicate === undefined,
    (text) => text.replace(/\)$/, text.includes("DESC") ? " nulls last)" : " desc)"),
  ),
  "index include": (draw) => {
    const found = draw.one(free(draw, ({ table, method }) => table === "teams" && method === "btree"));
    return different("index", found.id, "include", `drop index ${found.id}; ${found.definition} include (title)`);
  },
  "index include removed": () =>
    different(
      "index",
      "app.users_short_name",
      "include",
      "drop index app.users_short_name; create unique index users_short_name on app.users (short_name)",
    ),
  "index predicate": again("predicate", isPlain, (text) => text.replace(/ WHERE .*/s, "").concat(" where (1 = 1)")),
  "index predicate removed": again(
    "predicate",
    ({ predicate }) => predicate !== undefined,
    (text) => text.replace(/ WHERE .*/s, ""),
  ),
  "index method": again(
    "method",
    (index) => isPlain(index) && index.keys.length === 1 && index.unique === undefined && !index.definition.includes("DESC"),
    (text) => text.replace("USING btree", "using hash"),
  ),
  "index options": (draw) => {
    const found = draw.one(free(draw, isPlain));
    return different("index", found.id, "definition", `alter index ${found.id} set (fillfactor = ${draw.random.between(50, 80)})`);
  },
  "15 index nulls not distinct": again(
    "nulls not distinct",
    (index) => index.unique === true && isPlain(index) && index.table !== "totals",
    (text) => text.concat(" nulls not distinct"),
  ),
  "index valid": (draw) => {
    const { id } = draw.one(free(draw));
    // A failed concurrent build leaves an invalid index; no statement creates one directly.
    return different(
      "index",
      id,
      "valid",
      `update pg_index set indisvalid = false where indexrelid = '${id.replaceAll("'", "''")}'::regclass`,
    );
  },
  "index clustered": (draw) => {
    const found = draw.one(free(draw, (index) => isPlain(index) && index.predicate === undefined && index.table !== "totals"));
    return different("index", found.id, "clustered", `alter table ${tableOf(found)} cluster on ${quoted(found.name)}`);
  },
  "index replica identity": () =>
    spreading(different("index", "app.notes_pkey", "replica identity", "alter table app.notes replica identity using index notes_pkey")),
};
