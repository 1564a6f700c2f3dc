import type { Catalog } from "../src/catalog/catalog.ts";
import { literal } from "../src/postgres/identifier.ts";
import type { Session } from "../test/support/session.ts";

/** Creates typical tables with ten columns each, in the schema `bench`, with the numbers from `from` to below `to`. */
export async function growTables(session: Session, from: number, to: number): Promise<void> {
  await session.query("create schema if not exists bench");
  for (let first = from; first < to; first += 500) {
    await session.query(`
      do $$ declare t text; begin
        for n in ${first}..${Math.min(first + 500, to) - 1} loop
          t := 'bench.t' || n;
          execute format('create table %s (id bigint generated always as identity primary key, parent bigint, name text not null,
            email varchar(120) not null, amount numeric(12, 2) not null default 0, active boolean not null default true, tags text[],
            body jsonb, made timestamptz not null default now(), note text, constraint t%s_amount check (amount >= 0),
            constraint t%s_email unique (email))', t, n, n);
          execute format('alter table %s add constraint t%s_parent foreign key (parent) references bench.t%s (id)', t, n, greatest(n - 1, 0));
          execute format('create index t%s_parent_idx on %s (parent)', n, t);
          execute format('create index t%s_name_idx on %s (lower(name)) where active', n, t);
          execute format('comment on table %s is %L', t, 'number ' || n);
          if n % 10 = 0 then
            execute format('create view bench.v%s as select id, name, amount from %s where active', n, t);
            execute format('create function bench.f%s(a bigint, b text default null) returns bigint language sql stable as %L', n, 'select a');
          end if;
        end loop;
      end $$`);
  }
  // Autovacuum would do this later. Without it, Postgres plans the queries of the dump and the audit for an empty catalog.
  await session.query("analyze");
}

/** The assertions of a spec of these tables, as a script of pgTAP functions. */
export function pgtapScript({ tables, indexes, constraints }: Catalog): { readonly script: string; readonly assertions: number } {
  const lines = tables.flatMap(({ schema, name, columns }) => {
    const on = `${literal(schema)}, ${literal(name)}`;
    return [
      `has_table(${on}, '')`,
      `columns_are(${on}, array[${columns.map((column) => literal(column.name)).join(", ")}])`,
      `has_pk(${on}, '')`,
      `indexes_are(${on}, array[${indexes
        .filter((index) => index.table === name)
        .map((index) => literal(index.name))
        .join(", ")}])`,
      ...constraints.filter((each) => each.table === name && each.type === "check").map(() => `has_check(${on}, '')`),
      ...constraints.filter((each) => each.table === name && each.type === "foreign key").map(() => `has_fk(${on}, '')`),
      ...columns.flatMap((column) => {
        const at = `${on}, ${literal(column.name)}`;
        return [
          `col_type_is(${at}, ${literal(column.type)}, '')`,
          `${column.nullable ? "col_is_null" : "col_not_null"}(${at}, '')`,
          `${column.default === undefined ? "col_hasnt_default" : "col_has_default"}(${at}, '')`,
        ];
      }),
    ];
  });
  const script = [
    "begin;",
    `select plan(${lines.length});`,
    ...lines.map((line) => `select ${line};`),
    "select * from finish();",
    "rollback;",
  ];
  return { script: script.join("\n"), assertions: lines.length };
}
