import { expect, test } from "vitest";
import { plannedOutbound } from "../../../../src/rehearsal/sql/planned-outbound.ts";

const found = (path: string, text: string): readonly string[] =>
  plannedOutbound([{ path, text }]).map(({ name, at: { line } }) => `${line}: ${name}`);

test.each([
  ["create extension dblink;", ["1: extension dblink"]],
  ['select 1;\nCREATE EXTENSION IF NOT EXISTS "pg_net" WITH SCHEMA extensions;', ["2: extension pg_net"]],
  ["create server s foreign data wrapper postgres_fdw options (host 'prod');", ["1: foreign server s"]],
  ["create server if not exists \"S b\" type 'x' foreign data wrapper postgres_fdw;", ["1: foreign server S"]],
  ["alter server billing options (set host 'prod');", ["1: foreign server billing"]],
  ["create subscription feed connection 'host=prod' publication p;", ["1: subscription feed"]],
  ["alter subscription feed enable;", ["1: subscription feed"]],
  ["select cron.schedule('0 0 * * *', 'delete from t');", ["1: scheduled job"]],
  ["copy (select 1) to program 'curl https://example.org';", ["1: COPY with a program"]],
  ["copy t from program $$curl https://example.org$$;", ["1: COPY with a program"]],
  ["select 1;\ndo $$ begin\n execute 'create extension dblink'; end $$;", ["2: extension dblink"]],
  ["create or replace function f() returns void language sql as 'create extension http';", ["1: extension http"]],
])("%s", (text, expected) => expect(found("migrations/1.sql", text)).toEqual(expected));

test.each([
  "-- create extension dblink;",
  "/* create server s foreign data wrapper x; */ select 1;",
  "comment on table t is 'create extension dblink';",
  "create extension postgres_fdw; create extension pg_cron; create extension hstore;",
  "create extension dblink_helper;",
  "drop extension dblink; drop server s; alter subscription feed disable; alter server s owner to me;",
  "alter server s options (set fetch_size '10');",
  "copy t to stdout; copy t from stdin;\n1\n\\.\n",
  "create table server (host text); select host from server;",
])("no statement of %s connects the copy", (text) => expect(found("migrations/1.sql", text)).toEqual([]));

test.each([
  ["1.py", 'def upgrade():\n    op.execute("create extension dblink")', ["2: extension dblink"]],
  ["1.py", "operations = [\n  CreateExtension('dblink'),\n]", ["2: extension dblink"]],
  ["1.rb", 'enable_extension "dblink"', ["1: extension dblink"]],
  ["1.js", "pgm.createExtension(['dblink'], { ifNotExists: true })", ["1: extension dblink"]],
  ["1.ts", "await knex.raw(`\n  create server s\n  foreign data wrapper postgres_fdw`)", ["2: foreign server s"]],
  ["1.ts", "await sql`copy t to program 'x'`", ["1: COPY with a program"]],
  ["1.py", "# create extension dblink\nop.execute('select 1') # copy", []],
  ["1.ts", "/* create extension dblink */\n// create extension dblink", []],
  ["1.xml", "<!-- create extension dblink -->", []],
])("%s: %s", (path, text, expected) => expect(found(path, text)).toEqual(expected));

test("a rollback is not run", () => {
  for (const path of ["m/1.down.sql", "revert/1.sql", "verify/1.sql", "sql/U1__x.sql"])
    expect(found(path, "create extension dblink")).toEqual([]);
});
