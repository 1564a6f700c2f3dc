import { expect, test } from "vitest";
import { runStatements, type ScriptStatement } from "../../../src/repair/run-statements.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

const step = (object: string, sql: string): ScriptStatement => ({ sql, step: { kind: "table", object, sql, causes: [] } });
const tables =
  "select coalesce(string_agg(relname, ' ' order by relname), '') as names from pg_class where relkind = 'r' and relname like 'run\\_%'";

/** The object of the statement that failed, and the tables that exist afterwards. */
async function run(...statements: readonly ScriptStatement[]): Promise<readonly unknown[]> {
  return withSession(await newDatabase("statements"), async (session) => {
    const failed = await runStatements(session, statements);
    await session.query("rollback");
    return [failed?.step?.object, (await session.query<{ names: string }>(tables))[0]?.names];
  });
}

const [begin, commit] = [{ sql: "begin" }, { sql: "commit" }];

test("runs transactions and single statements, also those that end with a comment", async () => {
  const index = step("index", "create index concurrently on run_a (n)");
  const commented = step("a", "create table run_a (n int) -- a comment");
  expect(await run(begin, commented, step("b", "create table run_b ()"), commit, index)).toEqual([undefined, "run_a run_b"]);
});

test("names the statement of a transaction that fails, and nothing of the transaction is left", async () => {
  const broken = step("b", "create table run_b (n nothing)");
  const after = step("c", "create table run_c ()");
  expect(await run(step("z", "create table run_z ()"), begin, step("a", "create table run_a ()"), broken, after, commit)).toEqual([
    "b",
    "run_z",
  ]);
});

test("names the statement that fails in a transaction of several messages", async () => {
  const many = Array.from({ length: 450 }, (_, n) => step(`t${n}`, n === 420 ? "select 1 / 0" : `create table run_${n} ()`));
  expect(await run(begin, ...many, commit)).toEqual(["t420", ""]);
});

test("names a statement that cannot be parsed, and a deferred constraint that fails at the commit names none", async () => {
  expect(await run(begin, step("a", "create table run_a ()"), step("b", "create tabel run_b ()"), commit)).toEqual(["b", ""]);
  const deferred = step("a", "create table run_a (n int primary key, m int references run_a deferrable initially deferred)");
  expect(await run(begin, deferred, step("row", "insert into run_a values (1, 2)"), commit)).toEqual([undefined, ""]);
});
