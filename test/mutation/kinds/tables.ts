import type { Table } from "../../../src/catalog/relations.ts";
import { path } from "../../../src/catalog/quote.ts";
import { different, type Draw, extra, type MutationKinds, missing, spreading } from "../mutation.ts";

export const SECOND_ROLE = "diverse_reader";

/** Tables that are neither foreign nor part of a hierarchy: most statements work on them. */
export function plainTables({ catalog }: Draw): readonly Table[] {
  const parents = new Set(catalog.tables.flatMap(({ inherits }) => inherits ?? []));
  return catalog.tables.filter(({ kind, inherits, id }) => kind === "table" && inherits === undefined && !parents.has(id));
}

const partitions = ({ catalog }: Draw): readonly Table[] => catalog.tables.filter(({ partitionBound }) => partitionBound !== undefined);

export const TABLE_KINDS: MutationKinds = {
  "schema extra": (draw) => {
    const name = draw.newName();
    return extra("schema", name, `create schema ${name}`);
  },
  "schema missing": (draw) => {
    const { id } = draw.one(draw.catalog.schemas.filter(({ name }) => name !== "public"));
    return spreading(missing("schema", id, `drop schema ${id} cascade`));
  },
  "schema owner": (draw) => {
    const { id } = draw.one(draw.catalog.schemas.filter(({ name }) => name !== "public"));
    return spreading(different("schema", id, "owner", `alter schema ${id} owner to ${SECOND_ROLE}`));
  },
  "extension extra": (draw) => {
    const name = draw.one(["pgcrypto", "hstore", "pg_trgm", "ltree"]);
    return extra("extension", name, `create extension ${name}`);
  },
  "extension missing": (draw) => {
    const { id } = draw.one(draw.catalog.extensions);
    return spreading(missing("extension", id, `drop extension ${id} cascade`));
  },
  "extension schema": (draw) => {
    const { id } = draw.one(draw.catalog.extensions);
    return spreading(different("extension", id, "in schema", `alter extension ${id} set schema billing`));
  },
  "table extra": (draw) => {
    const id = path(draw.one(["app", "billing", "Odd Name"]), draw.newName());
    const columns = draw.one([
      "id integer",
      "id bigint generated always as identity primary key, at timestamptz not null default now()",
      "id serial primary key, name text unique, parent integer",
      'a integer check (a > 0), b text collate "C", constraint both unique (a, b)',
    ]);
    return extra("table", id, `create table ${id} (${columns})`);
  },
  "table missing": (draw) => {
    const { id } = draw.one(plainTables(draw));
    return spreading(missing("table", id, `drop table ${id} cascade`));
  },
  "table renamed": (draw) => {
    const { id } = draw.one(plainTables(draw));
    return spreading(missing("table", id, `alter table ${id} rename to ${draw.newName()}`));
  },
  "table schema": (draw) => {
    const { id } = draw.one(plainTables(draw).filter(({ schema }) => schema === "app"));
    return spreading(missing("table", id, `alter table ${id} set schema billing`));
  },
  "table owner": (draw) => {
    const { id } = draw.one(plainTables(draw));
    return spreading(different("table", id, "owner", `alter table ${id} owner to ${SECOND_ROLE}`));
  },
  "table persistence": (draw) => {
    const { id, persistence } = draw.one(plainTables(draw));
    return spreading(different("table", id, "persistence", `alter table ${id} set ${persistence === "unlogged" ? "logged" : "unlogged"}`));
  },
  "table row security": (draw) => {
    const { id, rowSecurity } = draw.one(plainTables(draw));
    const words =
      rowSecurity === "off" ? "enable row level security" : draw.one(["disable row level security", "force row level security"]);
    const changed = rowSecurity === "forced" ? "no force row level security" : words;
    return different("table", id, "row security", `alter table ${id} ${changed}`);
  },
  "table options": (draw) => {
    const { id } = draw.one(plainTables(draw));
    const words = draw.one([
      "fillfactor = 55",
      "autovacuum_enabled = false",
      "autovacuum_vacuum_scale_factor = 0.01, parallel_workers = 2",
    ]);
    return different("table", id, "options", `alter table ${id} set (${words})`);
  },
  "table options removed": (draw) => {
    const { id, options } = draw.one(plainTables(draw).filter((table) => table.options !== undefined));
    return different("table", id, "options", `alter table ${id} reset (${options?.[0]?.split("=")[0]})`);
  },
  "table replica identity": (draw) => {
    const { id, replicaIdentity } = draw.one(plainTables(draw));
    const words = replicaIdentity === undefined ? draw.one(["full", "nothing"]) : "default";
    return different("table", id, "replica identity", `alter table ${id} replica identity ${words}`);
  },
  "table type": () =>
    spreading(
      different(
        "table",
        "app.base",
        "of type",
        "create type app.base_row as (id integer, note text); drop table app.derived; alter table app.base of app.base_row",
      ),
    ),
  "table inherits": (draw) =>
    spreading(
      draw.one([
        different("table", "app.derived", "inherits", "create table app.older (note text); alter table app.derived inherit app.older"),
        different("table", "app.cache", "inherits", "create table app.older (key text not null); alter table app.cache inherit app.older"),
      ]),
    ),
  "table partition key": () =>
    spreading(
      different(
        "table",
        "app.events",
        "partition key",
        "drop table app.events; create table app.events (id bigint not null, at timestamp not null, body jsonb, primary key (id, at)) partition by hash (id)",
      ),
    ),
  "table partition bound": (draw) => {
    const { id, inherits } = draw.one(partitions(draw).filter(({ partitionBound }) => partitionBound?.includes("2025-01-01")));
    const parent = inherits?.[0] ?? "";
    const bound = "for values from ('2025-02-01') to ('2026-01-01')";
    return different(
      "table",
      id,
      "partition bound",
      `alter table ${parent} detach partition ${id}; alter table ${parent} attach partition ${id} ${bound}`,
    );
  },
  "table partition detached": (draw) => {
    const { id, inherits } = draw.one(partitions(draw));
    return spreading(different("table", id, "inherits", `alter table ${inherits?.[0]} detach partition ${id}`));
  },
  "table partition extra": (draw) => {
    const id = path("app", draw.newName());
    return extra("table", id, `create table ${id} partition of app.measures for values in ('${draw.random.between(1, 999)}')`);
  },
  "table partition missing": (draw) => {
    const { id } = draw.one(partitions(draw));
    return spreading(missing("table", id, `drop table ${id}`));
  },
  "table of a foreign server": (draw) => {
    const words = draw.one(["set table_name 'other'", "add schema_name 'theirs'", "drop table_name"]);
    return different("table", "app.remote", "server", `alter foreign table app.remote options (${words})`);
  },
  "table foreign extra": (draw) => {
    const id = path("billing", draw.newName());
    return extra("table", id, `create foreign table ${id} (id integer not null, at date) server far options (table_name 'x')`);
  },
  "table foreign missing": () => missing("table", "app.remote", "drop foreign table app.remote"),
};
