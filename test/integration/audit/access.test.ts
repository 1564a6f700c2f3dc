import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import { readCatalog } from "../../../src/catalog/read.ts";
import { applyRules } from "../../../src/audit/apply-rules.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import { writeSpec } from "../../../src/audit/spec-writer/write.ts";
import { connect, withSession, type Session } from "../../support/session.ts";
import { diverseDatabase } from "../../support/diverse.ts";
import { otherMajors } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { startPooler, type Pooler } from "../../support/pgbouncer.ts";
import { type SharedServer, sharedServer } from "../../support/shared-server.ts";

const NOW = new Date("2026-06-15T12:00:00Z");
const read = (url: string): Promise<Catalog> => withSession(url, (session) => readCatalog(session));

/** What an audit finds, in brief. */
async function audited(url: string): Promise<readonly string[]> {
  const { findings } = await withSession(url, (session) => auditDatabase({ session, now: NOW }));
  return findings.map(({ code, object }) => `${code} ${object.name}`);
}

/** A session that records its queries. */
function recording(session: Session): { readonly session: Session; readonly queries: string[] } {
  const queries: string[] = [];
  const query: Session["query"] = (sql, values) => {
    queries.push(sql);
    return session.query(sql, values);
  };
  return { session: { ...session, query }, queries };
}

describe("reading the catalog", () => {
  let urls: Awaited<ReturnType<typeof diverseDatabase>>;
  let pooler: Pooler | undefined;
  beforeAll(async () => {
    urls = await diverseDatabase(inject("serverUrl"), "access");
    pooler = await startPooler(urls.reader, 2);
  });
  afterAll(() => pooler?.stop());

  test("is one message, and its settings end with it", async () => {
    await withSession(urls.reader, async (plain) => {
      const { session, queries } = recording(plain);
      await readCatalog(session);
      expect(queries).toHaveLength(1);
      // Only SET LOCAL ends with the message. Other settings would stay in the session.
      expect(queries[0]?.match(/^\s*set\b.*$/gim)?.filter((line) => !line.startsWith("set local "))).toEqual([]);
    });
  });

  test("and the whole audit work in a read-only session", async () => {
    await withSession(urls.reader, async (session) => {
      await session.query("set default_transaction_read_only = on");
      const { findings } = await auditDatabase({ session, now: NOW });
      expect(findings.length).toBeGreaterThan(0);
    });
  });

  test("gives a role without rights the same findings as the owner", async () => {
    expect(await audited(urls.reader)).toEqual(await audited(urls.owner));
  });

  test("through a pooler in transaction mode gives many sessions the same result and leaves no setting behind", async ({ skip }) => {
    if (pooler === undefined) return skip();
    const url = pooler.urlOf(urls.reader);
    const direct = await read(urls.owner);
    const sessions = await Promise.all(Array.from({ length: 6 }, () => connect(url)));
    try {
      const catalogs = await Promise.all(sessions.map((session) => readCatalog(session)));
      expect(catalogs.map((catalog) => JSON.stringify(catalog) === JSON.stringify(direct))).toEqual(sessions.map(() => true));
      const audits = await Promise.all(sessions.map((session) => auditDatabase({ session, now: NOW })));
      expect(new Set(audits.map(({ findings }) => JSON.stringify(findings))).size).toBe(1);
      const settings = await Promise.all(
        sessions.map((session) =>
          session.query("select current_setting('search_path') as path, current_setting('transaction_read_only') as ro"),
        ),
      );
      expect(settings.flat()).toEqual(sessions.map(() => ({ path: '"$user", public', ro: "off" })));
    } finally {
      await Promise.all(sessions.map((session) => session.close()));
    }
  });
});

const ODD = String.raw`
create schema "__proto__";
create schema "a.b ""c"" \ %I";
create table "__proto__"."constructor" ("__proto__" bigint primary key, "toString" text not null default 'it''s', "select" integer);
create index "hasOwnProperty" on "__proto__"."constructor" ("toString") where "select" > 0;
create function "__proto__"."valueOf"("__proto__" bigint default 1, "two words" text default '') returns bigint language sql as 'select $1';
create type "__proto__"."type" as enum ('__proto__', '', 'with ''quotes''');
create table "a.b ""c"" \ %I"."x.y" ("1" bigint generated always as identity primary key, "né
w" text check ("né
w" <> 'a"b'));
create view "a.b ""c"" \ %I"."__proto__" as select "1" as "constructor" from "a.b ""c"" \ %I"."x.y";
comment on table "__proto__"."constructor" is '__proto__';
create sequence "__proto__"."hasOwn Property";`;

test("the catalog keeps unusual names: __proto__, quotes, dots, backslashes, line ends", async () => {
  const { findings, catalog } = await oddDatabase("odd_catalog", ODD, (session) => auditDatabase({ session, now: NOW }));
  expect(findings).toEqual([]);
  expect(catalog.tables.map(({ id }) => id)).toEqual(['"a.b ""c"" \\ %I"."x.y"', "__proto__.constructor"]);
  expect(catalog.tables[1]?.columns.map(({ name }) => name)).toEqual(["__proto__", "toString", "select"]);
  expect(catalog.comments).toMatchObject([{ id: "table __proto__.constructor", text: "__proto__" }]);
});

test("a spec keeps unusual names", async () => {
  const later = await oddDatabase("odd_spec", ODD, async (session) => {
    const catalog = await readCatalog(session);
    const spec = parseSpec(writeSpec(catalog), "schema.audit.yaml");
    expect(applyRules(catalog, spec, { now: NOW })).toEqual([]);
    await session.query('alter table "__proto__"."constructor" alter "toString" drop not null; drop function "__proto__"."valueOf"');
    return applyRules(await readCatalog(session), spec, { now: NOW });
  });
  expect(later.map(({ code, object }) => `${code} ${object.name}`)).toEqual([
    'missing __proto__."valueOf"(bigint, text)',
    'different __proto__.constructor."toString"',
  ]);
});

async function oddDatabase<T>(name: string, sql: string, work: (session: Session) => Promise<T>): Promise<T> {
  return withSession(await newDatabase(name), async (session) => {
    await session.query(sql);
    return work(session);
  });
}

const onServer = (folder: string): void => {
  let server: SharedServer;
  beforeAll(async () => {
    server = await sharedServer(folder === "" ? undefined : folder);
  });

  test("include event triggers, foreign servers and tables, and published schemas and rows", async () => {
    const url = await server.createDatabase("superuser");
    const catalog = await withSession(url, async (session) => {
      await session.query(`create schema app; create table app.a (id bigint primary key, note text); create table app.b (id bigint primary key);
        create extension postgres_fdw;
        create server elsewhere foreign data wrapper postgres_fdw options (host 'localhost');
        create foreign table app.far (id bigint) server elsewhere options (table_name 'a');
        create function app.noted() returns event_trigger language plpgsql as 'begin null; end';
        create event trigger noted on ddl_command_start when tag in ('CREATE TABLE') execute function app.noted();
        alter event trigger noted disable;
        create publication everything for all tables`);
      const version = await session.query<{ major: number }>("select current_setting('server_version_num')::int / 10000 as major");
      if ((version[0]?.major ?? 0) >= 15) {
        await session.query("create publication parts for table app.b, tables in schema app");
        await session.query("create publication rows for table app.a (id) where (id > 5)");
      }
      return readCatalog(session);
    });
    expect(catalog.eventTriggers).toMatchObject([{ name: "noted", event: "ddl_command_start", fires: "disabled", tags: ["CREATE TABLE"] }]);
    expect(catalog.foreignServers).toMatchObject([{ name: "elsewhere", wrapper: "postgres_fdw" }]);
    expect(catalog.tables.find(({ id }) => id === "app.far")).toMatchObject({ kind: "foreign table", server: "elsewhere {table_name=a}" });
    const publications = catalog.publications.map(({ name, allTables, schemas, tables }) => ({ name, allTables, schemas, tables }));
    const plain = { name: "everything", allTables: true, schemas: undefined, tables: [] };
    expect(publications).toEqual(
      catalog.server.major < 15
        ? [plain]
        : [
            plain,
            { name: "parts", allTables: false, schemas: ["app"], tables: ["app.b"] },
            { name: "rows", allTables: false, schemas: undefined, tables: ["app.a (id) where (id > 5)"] },
          ],
    );
  });

  test("the internal objects of Neon are left out", async () => {
    const url = await server.createDatabase("on_neon");
    const plain = await server.createDatabase("elsewhere");
    const app = "create schema app; create table app.t (id bigint primary key); grant select on app.t to public";
    await withSession(url, async (session) => {
      await session.query(`create role cloud_admin superuser; create role neon_superuser; ${app};
        set role cloud_admin;
        create schema neon_migration; create table neon_migration.migration_id (key integer primary key, id bigint);
        create table public.health_check (id serial primary key, updated_at timestamptz default now());
        create function public.reader() returns integer language sql security definer as 'select 1';
        alter default privileges in schema public grant all on tables to neon_superuser with grant option;
        alter default privileges in schema public grant all on sequences to neon_superuser with grant option;
        grant all on app.t to neon_superuser`);
    });
    await withSession(plain, (session) => session.query(app));
    const [here, there] = [await read(url), await read(plain)];
    expect({ ...here, server: undefined }).toEqual({ ...there, server: undefined });
    await withSession(url, async (session) => {
      const { findings } = await auditDatabase({ session, now: NOW });
      expect(findings).toEqual([]);
    });
  });
};

describe("objects that only a superuser can create, on the newest Postgres", () => {
  onServer("");
});

describe.each(await otherMajors())("objects that only a superuser can create, on Postgres in %s", { tags: "proof" }, (folder) => {
  onServer(folder);
});
