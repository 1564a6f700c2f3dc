import { expect, test } from "vitest";
import { judgeRows } from "../../../../src/rehearsal/judge/rows.ts";
import type { ReadStatement } from "../../../../src/rehearsal/measure/statements.ts";
import { kindOf } from "../../../../src/rehearsal/sql/kinds.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";
import { namesIn } from "../../../../src/rehearsal/sql/names.ts";
import { statementsIn } from "../../../../src/postgres/sql/split.ts";

const table = { id: 1, schema: "public", name: "item", kind: "r", shown: "public.item", table: undefined, file: 1, bytes: 1_000_000 };
const change = {
  table,
  relations: [table],
  locks: {
    strongest: "RowExclusiveLock" as const,
    heldMs: 60_000,
    changingMs: 60_000,
    lockingMs: 0,
    reads: [],
    writes: [],
    readsMs: 0,
    writesMs: 0,
    queuedMs: 0,
  },
  isUnseen: false,
  rows: 50_000,
  rewritten: false,
  bytesAfter: 1_000_000,
  indexesRewritten: [],
  dropped: false,
  replaced: false,
  fullScans: 0,
  rowsScanned: 0,
  inserted: 0,
  updated: 50_000,
  deleted: 0,
};
const limits = {
  blockedReadsMs: 100,
  blockedWritesMs: 1000,
  acceptedReadsMs: 100,
  acceptedWritesMs: 1000,
  rewriteBytes: 1,
  momentMs: 100,
  reasons: {},
};
const shown = { files: migrationFiles([]), major: 18, literals: false };

function statement(sql: string, startMs: number, endMs: number): ReadStatement {
  const parts = statementsIn(sql).map(({ tokens }) => ({ tokens, kind: kindOf(tokens), names: namesIn(tokens), at: undefined }));
  const sent = { session: "s", sql, startMs, endMs, tags: [], sqlstate: undefined, mark: undefined, isExact: true };
  return { sent, startMs, endMs, pid: 7, transaction: startMs, parts, count: 1, migration: undefined, isQuiet: false };
}

const blamed = (...statements: readonly ReadStatement[]): readonly unknown[] =>
  judgeRows({ change, reads: [], writes: [], rewrite: undefined }, limits, { statements, allStatements: statements }, shown).map(
    ({ finding }) => ("statement" in finding.facts ? finding.facts.statement : undefined),
  );

test.each([
  ["a prepared statement", "execute all_items"],
  ["a block of code", "do $$ begin update item set a = 1; end $$"],
  ["a call of a function", "select change_all()"],
])("%s that changes many rows without their table's name is named", (_, sql) => {
  const [shownStatement] = blamed(statement("prepare all_items as update item set a = 1", 0, 10), statement(sql, 20, 3000));
  expect(shownStatement).toContain(sql.split(" ")[0]);
});

test("an update that names the table is named before them", () => {
  expect(blamed(statement("update item set a = 1", 0, 2000), statement("select other()", 3000, 9000))).toEqual(["update item set a = ?"]);
});

test("code that can commit in between is not said to keep its rows locked", () => {
  expect(blamed(statement("do $$ begin loop update item set a = 1; commit; end loop; end $$", 0, 9000))).toEqual([]);
  expect(blamed(statement("call change_in_batches()", 0, 9000))).toEqual([]);
});

test.each([
  "do $$ begin for i in 0..19 loop update item set a = 1; perform pg_sleep(0.1); end loop; end $$",
  "call change_in_batches()",
  "select change_all()",
])("code in the message of a whole file, which is one transaction, is named: %s", (sql) => {
  const [named] = blamed(statement(`begin; create table x (a int); ${sql}; commit`, 0, 3000));
  expect(named).toContain(sql.split(" ")[0]);
});

test("a statement on another table whose foreign key or trigger changes the rows is named", () => {
  expect(blamed(statement("delete from parent", 0, 3000))).toEqual(["delete from parent"]);
});

test.each([
  [500, []],
  [2300, ["2.3 s"]],
])("rows are locked as long as the lock of their table was seen, not for the whole message: %s ms", (changingMs, expected) => {
  const both = [statement("update other set a = 1; delete from item", 0, 4200)];
  const held = judgeRows(
    { change: { ...change, locks: { ...change.locks, changingMs } }, reads: [], writes: [], rewrite: undefined },
    limits,
    { statements: both, allStatements: both },
    shown,
  ).map(({ finding }) => ("held" in finding.facts ? finding.facts.held : undefined));
  expect(held).toEqual(expected);
});

test("a statement that is sent for each row has the advice to commit in between, and no batches", () => {
  const loop = Array.from({ length: 150 }, (_, at) => ({
    ...statement(`update item set a = ${at} where id = ${at}`, 20 * at, 20 * at + 15),
    transaction: 1,
  }));
  const [judged] = judgeRows(
    { change, reads: [], writes: [], rewrite: undefined },
    limits,
    { statements: loop, allStatements: loop },
    shown,
  );
  expect(judged?.finding.facts).toMatchObject({ advice: expect.stringMatching(/^The migration sends this statement 150 times/), sql: [] });
});
