import { afterAll, beforeAll, expect, test } from "vitest";
import { bySuperuser, type Step, type SuperuserStatement } from "../../../src/repair/step.ts";
import { runAsSuperuser } from "../../../src/repair/superuser.ts";
import { newDatabase } from "../../support/new-database.ts";
import { connect, type Session } from "../../support/session.ts";

const OWNER = `superuser_test_${process.pid}`;

let session: Session;

beforeAll(async () => {
  session = await connect(await newDatabase("superuser"));
  await session.query(`create role ${OWNER};
    create function public.compare_length(text, text) returns int language sql immutable strict as 'select length($1) - length($2)';
    create function public.hash_length(text) returns int language sql immutable strict as 'select length($1)';
    create schema other; create extension citext schema public`);
});
afterAll(async () => {
  await session.query(`drop owned by ${OWNER}; drop role ${OWNER}`);
  await session.close();
});

const run = (parts: SuperuserStatement, sql?: string): Promise<void> => {
  const step: Step = { ...bySuperuser(parts), kind: "operator class", object: "x", causes: [] };
  return runAsSuperuser(session, sql === undefined ? step : { ...step, sql }, OWNER);
};

const asClass = (type: string, method: string, members: readonly string[]): SuperuserStatement => ({
  statement: `create operator class public.c for type ${type} using ${method} family public.c as ${members.join(", ")}`,
  type,
  members,
});

const LESS = "operator 1 <(text,text)";
const COMPARE = "function 1 (text, text) public.compare_length(text,text)";

test.each<readonly [string, SuperuserStatement]>([
  [
    "a function with other types than those of the index",
    asClass("integer", "btree", ["operator 1 <(integer,integer)", "function 1 (integer, integer) bttextcmp(text,text)"]),
  ],
  ["a function for an internal value", asClass("text", "btree", [LESS, COMPARE, "function 2 (text, text) bttextsortsupport(internal)"])],
  [
    "a hash function of another type",
    asClass("bigint", "hash", ["operator 1 =(bigint,bigint)", "function 1 (bigint, bigint) hashtext(text)"]),
  ],
  [
    "an access method whose functions take internal values",
    asClass("integer", "gist", ["function 1 (integer, integer) gist_box_consistent(internal,box,smallint,oid,internal)"]),
  ],
  ["a function that does not exist", asClass("text", "btree", [LESS, "function 1 (text, text) public.nothing(text,text)"])],
  ["text after a member", asClass("text", "btree", [LESS, `${COMPARE}; create role evil superuser`])],
  ["text after a type", asClass("text using btree as storage text; create role evil superuser --", "btree", [LESS, COMPARE])],
  ["members that the statement does not have", { ...asClass("text", "btree", [LESS, COMPARE]), members: [LESS] }],
  ["a pseudo-type", asClass("internal", "btree", ["function 1 (internal, internal) int4_accum(internal,integer)"])],
  ["an extension in the schema of Postgres", { statement: "alter extension citext set schema pg_catalog" }],
  ["an extension in the quoted schema of Postgres", { statement: 'alter extension citext set schema "pg_catalog"' }],
  ["an extension that is dropped with everything that uses it", { statement: "drop extension if exists citext cascade" }],
  [
    "text after a default privilege",
    { statement: "alter default privileges for role a grant select on tables to b; create role evil superuser" },
  ],
  ["a privilege that is not one", { statement: "alter default privileges for role a grant a, b on tables to c" }],
  ["text after a comment", { statement: String.raw`comment on extension citext is E'\''; create role evil superuser; --'` }],
  ["another statement", { statement: "create role evil superuser" }],
  ["a cast", { statement: "create cast (text as integer) with inout as implicit" }],
])("refuses %s", async (_, parts) => {
  await expect(run(parts)).rejects.toThrow(/it is not one of the statements that offshoot runs as one|syntax error/);
  expect(await session.query("select from pg_opclass where opcname = 'c'")).toEqual([]);
});

test("refuses a script's statement that its parts do not give", async () => {
  const parts = asClass("text", "btree", [LESS, COMPARE]);
  await expect(run(parts, `${parts.statement}; create role evil superuser`)).rejects.toThrow("it is not one of the statements");
});

test("creates operator families and classes that belong to the owner", async () => {
  await run({ statement: "create operator family public.c using btree" });
  await run(asClass("text", "btree", [LESS, COMPARE]));
  await run({ statement: "create operator family public.c using hash" });
  await run(asClass("text", "hash", ["operator 1 =(text,text)", "function 1 (text, text) public.hash_length(text)"]));
  const member = "function 1 (name, name) btnamecmp(name,name)";
  await run({ statement: `alter operator family public.c using btree add ${member}`, members: [member] });
  const owners = await session.query<{ owner: string }>(
    "select opcowner::regrole::text as owner from pg_opclass where opcname = 'c' union all select opfowner::regrole::text from pg_opfamily where opfname = 'c'",
  );
  expect(owners.map(({ owner }) => owner)).toEqual([OWNER, OWNER, OWNER, OWNER]);
  await run({ statement: "alter operator family public.c using btree drop function 1 (name, name)", members: [member] });
});

test("changes default privileges, and the schema and the comment of an extension", async () => {
  await run({ statement: `alter default privileges for role ${OWNER} in schema other grant select on tables to public` });
  await run({ statement: "alter extension citext set schema other" });
  await run({ statement: String.raw`comment on extension citext is E'it''s \\ a'` });
  const [row] = await session.query(`select (select count(*)::int from pg_default_acl) as privileges,
    (select extnamespace::regnamespace::text || ': ' || obj_description(oid, 'pg_extension') from pg_extension where extname = 'citext') as extension`);
  expect(row).toEqual({ privileges: 1, extension: String.raw`other: it's \ a` });
});
