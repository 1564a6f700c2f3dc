import { afterAll, beforeAll, expect, test } from "vitest";
import { readVersionTable } from "../../../src/migration-tools/version-table.ts";
import { connect } from "../../../src/postgres/connect.ts";
import { foreignCodeOf } from "../../../src/postgres/foreign-code.ts";
import { readVersions } from "../../../src/audit/state/versions.ts";
import type { Session } from "../../../src/postgres/session.ts";
import { newDatabase } from "../../support/new-database.ts";

let session: Session;
let other: string;

/** A function that counts its calls, also in a statement that fails. */
const EVIL = `
create schema evil; create sequence evil.calls;
create function evil.text(pg_catalog.text) returns pg_catalog.text language plpgsql immutable as
  $$ begin perform pg_catalog.nextval('evil.calls'); perform pg_catalog.set_config('search_path', 'evil', false); return $1; end $$;
create function evil.is(pg_catalog.text) returns pg_catalog.bool language plpgsql immutable as
  $$ begin perform pg_catalog.nextval('evil.calls'); return true; end $$;
create type evil.label as enum ('a');
create function evil.of(evil.label) returns pg_catalog.text language plpgsql immutable as
  $$ begin perform pg_catalog.nextval('evil.calls'); return 'a'; end $$;
create cast (evil.label as pg_catalog.text) with function evil.of(evil.label) as implicit;
create function evil.same(pg_catalog.text, pg_catalog.text) returns pg_catalog.bool language plpgsql immutable as
  $$ begin perform pg_catalog.nextval('evil.calls'); return true; end $$;
create operator evil.=== (leftarg = pg_catalog.text, rightarg = pg_catalog.text, function = evil.same);`;

const TABLE = "create table public.versions (id pg_catalog.text)";

beforeAll(async () => {
  session = await connect(await newDatabase("code"));
  other = `code_other_${process.pid}`;
  await session.query(`${EVIL}; create role ${other}`);
});
afterAll(async () => {
  await session.query(`drop schema evil cascade; drop role ${other}`);
  await session.close();
});

async function calls(): Promise<number> {
  const [row] = await session.query<{ calls: number }>(
    "select case when is_called then last_value::int else 0 end as calls from evil.calls",
  );
  return row?.calls ?? -1;
}

/** Each makes a statement that reads the table call a function of the database. */
const HOSTILE: Readonly<Record<string, string>> = {
  index: `${TABLE}; create index on public.versions (evil.text('x'))`,
  "index with a condition": `${TABLE}; create index on public.versions (id) where evil.is('x')`,
  "index with an operator": `${TABLE}; create index on public.versions ((id operator(evil.===) id), ('x' operator(evil.===) 'y'))`,
  statistics: `${TABLE}; create statistics public.s on (evil.text('x')), id from public.versions`,
  constraint: `${TABLE}; alter table public.versions add check (evil.is('x'))`,
  policy: `${TABLE}; create policy p on public.versions using (evil.is(id)); alter table public.versions enable row level security`,
  "policy on a view": `${TABLE}; create view evil.v as select evil.text('x'); create policy p on public.versions using (exists (select from evil.v))`,
  view: "create view public.versions as select evil.text('x') as id",
  partition: "create table public.versions (id pg_catalog.text) partition by list (id)",
  "child table": `${TABLE}; create table public.child () inherits (public.versions); create index on public.child (evil.text('x'))`,
  "foreign table": "create table public.versions (id evil.label)",
};

test.for(Object.entries(HOSTILE))("a version table is not read where that calls functions of the database: %s", async ([, sql]) => {
  await session.query(`${sql}; select pg_catalog.setval('evil.calls', 1, false)`);
  try {
    const table = { schema: "public", table: "versions", column: "id" };
    expect(await readVersions(session, [table])).toEqual(
      new Map([["public.versions", { state: "unreadable", why: "reading it can run code of the database" }]]),
    );
    const read = readVersionTable(session, {
      name: "public.versions",
      holds: "all",
      tables: ["versions"],
      query: (from) => `select id::pg_catalog.text as id from ${from} where id::pg_catalog.text > ''`,
    });
    await read.then(
      (rows) => expect(rows).toBeUndefined(),
      (thrown: unknown) => expect(thrown).toMatchObject({ code: "NOT_OURS" }),
    );
    expect(await calls()).toBe(0);
  } finally {
    await session.query(
      "drop table if exists public.child; do $$ begin drop view if exists public.versions cascade; exception when wrong_object_type then drop table public.versions cascade; end $$; drop view if exists evil.v",
    );
  }
});

test("an ordinary table with the indexes, checks, policies and types of common tools is read", async () => {
  await session.query(`
    create domain public.short as pg_catalog.varchar(20) check (value <> '');
    create table public.versions (id public.short primary key, at timestamptz default now(), state evil.label, check (id ~ '^[a-z]+$'), unique (at, id));
    alter table public.versions alter column state drop not null, drop column state;
    create index on public.versions (lower(id::text)) where at is not null;
    alter table public.versions enable row level security;
    create policy p on public.versions using (current_setting('a.b', true) = 'x');
    insert into public.versions values ('b'), ('a')`);
  expect(await foreignCodeOf(session, "public.versions", "read")).toBeUndefined();
  expect(await foreignCodeOf(session, "public.versions", "write")).toBeUndefined();
  expect(await readVersions(session, [{ schema: "public", table: "versions", column: "id" }])).toEqual(
    new Map([["public.versions", { state: "read", values: ["a", "b"] }]]),
  );
});

test("triggers, rules, defaults and foreign keys count only for a table that is written", async () => {
  const written: Readonly<Record<string, string>> = {
    trigger: `create function evil.t() returns trigger language plpgsql as $$ begin return new; end $$;
      alter function evil.t() owner to ${other};
      create trigger t before insert on public.w for each row execute function evil.t()`,
    rule: "create rule r as on insert to public.w do also select evil.text('x')",
    default: "alter table public.w alter id set default evil.text('x')",
    "foreign key": "create table public.refers (id pg_catalog.text references public.w on update cascade)",
  };
  for (const [kind, sql] of Object.entries(written)) {
    await session.query(`create table public.w (id pg_catalog.text primary key); ${sql}`);
    expect([await foreignCodeOf(session, "public.w", "read"), await foreignCodeOf(session, "public.w", "write")]).toEqual([
      undefined,
      kind,
    ]);
    await session.query("drop table public.w cascade; drop table if exists public.refers; drop function if exists evil.t");
  }
});
