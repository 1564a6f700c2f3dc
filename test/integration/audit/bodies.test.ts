import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import { connect, withSession, type Session } from "../../support/session.ts";
import { skipWithout } from "../../support/require.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { newDatabase } from "../../support/new-database.ts";

const SCHEMA = `
create schema app;
create table app.people (id bigint primary key, email text not null);
create function app.good(p_id bigint) returns text language sql as 'select email from app.people where id = p_id';
create function app.own_schema(p_id bigint) returns text language sql set search_path = app as 'select email from people where id = p_id';
create function app.tail_of_path(p_id bigint) returns bigint language sql set search_path = app as 'select id from people where id = p_id';
create function app.email_of(p_id bigint) returns text language plpgsql as $$begin
  return (select email from app.people where id = p_id);
end$$;
create function app.noted() returns trigger language plpgsql as $$begin
  new.email := lower(new.email);
  return new;
end$$;
create trigger noted before insert on app.people for each row execute function app.noted();
create function app.loader() returns integer language plpgsql as $$begin
  create temporary table batch (id bigint);
  insert into batch values (1);
  return 1;
end$$;
alter table app.people rename column email to address;
-- The unqualified name is found in the function's own schema, so it is not reported.
set check_function_bodies = off;
create function app.unqualified(p_id bigint) returns bigint language sql as 'select id from people where id = p_id';
create function app.garbled() returns integer language plpgsql as 'begin retrun 1; end';`;

const ERRORS = [
  ["app.garbled()", "error", 'syntax error at or near "retrun"'],
  ["app.good(bigint)", "error", 'column "email" does not exist'],
  ["app.own_schema(bigint)", "error", 'column "email" does not exist'],
];

async function broken(session: Session): Promise<unknown[]> {
  const { findings } = await auditDatabase({ session, now: new Date() });
  return findings.flatMap(({ severity, object, facts }) => ("by" in facts ? [[object.name, severity, facts.why]] : []));
}

describe("without plpgsql_check", () => {
  let session: Session;
  beforeAll(async () => {
    session = await connect(await newDatabase("bodies"));
    await session.query(SCHEMA);
    return () => session.close();
  });

  test("names in SQL bodies are checked against the schema, and PL/pgSQL bodies for their syntax", async () => {
    expect(await broken(session)).toEqual(ERRORS);
  });

  test("the audit changes no setting, and a read-only session is enough", async () => {
    const before = await session.query("select current_setting('search_path'), current_setting('check_function_bodies')");
    await session.query("set default_transaction_read_only = on");
    expect(await broken(session)).toHaveLength(3);
    await session.query("reset default_transaction_read_only");
    expect(await session.query("select current_setting('search_path'), current_setting('check_function_bodies')")).toEqual(before);
  });
});

let count = 0;
const TABLES = "create table a (id int, v text); create table b (id int, w text);";
const trigger = (body: string): string => `create function f() returns trigger language plpgsql as $$${body}$$;`;
const ON_BOTH =
  "create trigger f before insert on a for each row execute function f(); create trigger f before insert on b for each row execute function f();";
const plain = (body: string): string => `create function f() returns void language plpgsql as $$${body}$$;`;

const DEBIAN = "/usr/lib/postgresql/15";
const there = existsSync(`${DEBIAN}/lib/plpgsql_check.so`) && existsSync(`${DEBIAN}/bin/initdb`);
if (!there) skipWithout("plpgsql_check", "it is not installed (install the package postgresql-15-plpgsql-check)");

describe.runIf(there)("with plpgsql_check", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({}, { binaries: `${DEBIAN}/bin` });
  });
  afterAll(() => server.stop());

  test("names in PL/pgSQL bodies are also checked, in triggers with their tables, and a problem is a warning", async () => {
    const url = await server.createDatabase("checked");
    await withSession(url, async (session) => {
      await session.query(`create schema tools; create extension plpgsql_check schema tools; ${SCHEMA}`);
      expect(await broken(session)).toEqual([
        ...ERRORS,
        ["app.email_of(bigint)", "warning", expect.stringContaining('column "email" does not exist')],
        ["app.noted()", "warning", expect.stringContaining('has no field "email"')],
      ]);
    });
  });

  test.each<readonly [name: string, sql: string, why?: string]>([
    ["creates the temporary table that it fills", plain("begin create temp table q (a int) on commit drop; insert into q values (1); end")],
    ["creates a temporary table by `execute`", plain("begin execute 'create temporary table q (a int)'; insert into q values (1); end")],
    ["uses a temporary table of its caller", plain("begin perform from pg_temp.q; end")],
    ["catches that the table is missing", plain("begin insert into q values (1); exception when undefined_table then null; end")],
    [
      "asks for the table of its trigger first",
      TABLES + trigger("begin if tg_table_name = 'a' then new.v := 'x'; else new.w := 'x'; end if; return new; end") + ON_BOTH,
    ],
    [
      "asks for the argument of its trigger first",
      TABLES + trigger("begin if tg_argv[0] = 'v' then new.v := 'x'; else new.w := 'x'; end if; return new; end") + ON_BOTH,
    ],
    [
      "reads the transition table of its trigger",
      TABLES +
        trigger("begin perform v from fresh; return null; end") +
        "create trigger f after insert on a referencing new table as fresh for each statement execute function f();",
    ],
    [
      "has a polymorphic argument",
      "create function f(x anyarray) returns anyarray language plpgsql immutable as $$begin return array(select distinct e from unnest(x) e); end$$",
    ],
    [
      "returns rows of a query that it builds",
      "create function f(t regclass) returns table (id int) language plpgsql as $$begin return query execute format('select 1 from %s', t); end$$",
    ],
    [
      "uses a missing table in a schema beside a temporary one",
      plain("begin create temp table q (a int); insert into public.lost values (1); end"),
      "public.lost",
    ],
    [
      "uses a column that one of its two tables lacks",
      TABLES + trigger("begin new.v := 'x'; return new; end") + ON_BOTH,
      'has no field "v"',
    ],
    [
      "catches another error",
      plain("begin insert into q values (1); exception when unique_violation then null; end"),
      'relation "q" does not exist',
    ],
  ])("a function that %s is reported only when its calls fail", async (_, sql, why) => {
    const url = await server.createDatabase(`certain_${(count += 1)}`);
    await withSession(url, async (session) => {
      await session.query(`create extension plpgsql_check; ${sql}`);
      const found = (await broken(session)) as readonly [string, string, string][];
      expect(found.map(([, severity]) => severity)).toEqual(why === undefined ? [] : ["warning"]);
      expect(found[0]?.[2] ?? "").toContain(why ?? "");
    });
  });
});
