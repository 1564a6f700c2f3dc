import { expect, test } from "vitest";
import { explainWaits, unexplained } from "../../../../src/rehearsal/measure/explain-waits.ts";
import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import { readStatements } from "../../../../src/rehearsal/measure/statements.ts";
import type { Wait } from "../../../../src/rehearsal/observe/blocking.ts";
import type { SentStatement } from "../../../../src/rehearsal/observe/recording.ts";
import type { Relation } from "../../../../src/rehearsal/observe/relations.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const table: Relation = { id: 1, schema: "public", name: "t", kind: "r", shown: "public.t", table: undefined, file: 1, bytes: 0 };
const wait = (fromMs: number, toMs: number): Wait => ({
  fromMs,
  toMs,
  pid: 7,
  mode: "AccessExclusiveLock",
  firstMode: "AccessExclusiveLock",
  withinMs: 0,
});

const TYPE = "alter table t alter column a type bigint";
const INDEX = "create index on t (a)";

const sent = (sql: string, startMs: number, endMs: number): SentStatement => ({
  session: "s",
  sql,
  startMs,
  endMs,
  tags: [],
  sqlstate: undefined,
  mark: undefined,
  isExact: true,
});

test("each statement that makes others wait is explained, with its longest wait, and the longest first", () => {
  const statements = readStatements(
    { statements: [sent(TYPE, 0, 50), sent(INDEX, 60, 90)], transactions: [], dropped: 0 },
    new Map([["s", 7]]),
    readParts(migrationFiles([])),
    undefined,
    100,
  );
  const found = explainWaits([wait(0, 50), wait(60, 90), wait(10, 12)], statements, [table]);
  expect(found.map((each) => [each.blamed?.statement.sent.sql, each.wait.fromMs])).toEqual([
    [TYPE, 0],
    [INDEX, 60],
  ]);
});

test("of the statements in one message, the one that can take the lock is named", () => {
  const statements = readStatements(
    { statements: [sent(`${INDEX}; ${TYPE}`, 0, 90)], transactions: [], dropped: 0 },
    new Map([["s", 7]]),
    readParts(migrationFiles([])),
    undefined,
    100,
  );
  const named = (firstMode: Wait["firstMode"]): string | undefined =>
    explainWaits([{ ...wait(0, 90), firstMode }], statements, [table])[0]?.blamed?.part.kind;
  expect([named("ShareLock"), named("AccessExclusiveLock")]).toEqual(["create index", "alter table"]);
});

test.each([
  "create materialized view m as select * from t",
  "create view v as select * from t",
  "create table copy as select * from t",
  "create table child () inherits (t)",
])("a statement that only reads its source, or extends it, is not blamed for the lock of a later one: %s", (first) => {
  const statements = readStatements(
    { statements: [sent(`${first}; select pg_sleep(1); alter table t set unlogged`, 0, 90)], transactions: [], dropped: 0 },
    new Map([["s", 7]]),
    readParts(migrationFiles([])),
    undefined,
    100,
  );
  expect(explainWaits([wait(50, 90)], statements, [table])[0]?.blamed?.part.kind).toBe("alter table");
});

test("a wait of a table that no statement names is explained by the statement that can block, not by the begin before it", () => {
  const partition: Relation = { ...table, id: 2, name: "t_2025", shown: "public.t_2025" };
  const message = `begin; ${TYPE}; insert into other values (1); commit`;
  const statements = readStatements(
    { statements: [sent(message, 0, 50)], transactions: [], dropped: 0 },
    new Map([["s", 7]]),
    readParts(migrationFiles([])),
    undefined,
    100,
  );
  expect(explainWaits([wait(0, 50)], statements, [partition])[0]?.blamed?.part.kind).toBe("alter table");
});

test.each([
  ["alter table t set (fillfactor = 90)", "alter table t alter column a type varchar(90)", "AccessExclusiveLock"],
  ["comment on table t is 'x'", "lock table t in access exclusive mode", "AccessExclusiveLock"],
  ["lock table t in share mode", "lock table t", "AccessExclusiveLock"],
  ["alter table t validate constraint c", "alter table t add constraint d foreign key (a) references u", "ShareRowExclusiveLock"],
  ["alter table t set (fillfactor = 90), alter a set statistics 5", "create index on t (a)", "ShareLock"],
  ["create function f() returns void language sql as $$ alter table t add b int $$", "select f()", "AccessExclusiveLock"],
  ["alter table t set (fillfactor = 90)", "do $$ begin alter table t add b int; end $$", "AccessExclusiveLock"],
  ["alter table t set (fillfactor = 90)", "call change()", "AccessExclusiveLock"],
  ["grant select on t to public", "alter table only t add b int", "AccessExclusiveLock"],
  ["select pg_sleep(1), now()", "select app.change(1)", "AccessExclusiveLock"],
] as const)("of %s and %s in one message, the second one took the lock %s", (first, second, firstMode) => {
  const statements = readStatements(
    { statements: [sent(`begin; ${first}; ${second}; commit`, 0, 90)], transactions: [], dropped: 0 },
    new Map([["s", 7]]),
    readParts(migrationFiles([])),
    undefined,
    100,
  );
  const [found] = explainWaits([{ ...wait(0, 90), firstMode }], statements, [table]);
  expect(found?.blamed?.part).toBe(statements[0]?.parts[2]);
});

test("each of many long waits has its statement, and what is left out is said", () => {
  const statements = readStatements(
    {
      statements: Array.from({ length: 60 }, (_, at) => sent(`lock table t -- ${at}`, at * 200, at * 200 + 150)),
      transactions: [],
      dropped: 0,
    },
    new Map([["s", 7]]),
    readParts(migrationFiles([])),
    undefined,
    100_000,
  );
  const waits = statements.map(({ startMs, endMs }) => wait(startMs, endMs));
  expect(new Set(explainWaits(waits, statements, [table]).map(({ blamed }) => blamed?.statement.sent)).size).toBe(60);
  expect(unexplained("t", waits)).toEqual([]);
  expect(
    unexplained(
      "t",
      Array.from({ length: 2010 }, () => wait(0, 150)),
    ),
  ).toEqual([expect.stringContaining("that 10 of them")]);
});
