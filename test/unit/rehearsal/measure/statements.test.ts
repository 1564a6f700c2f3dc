import { expect, test } from "vitest";
import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import { readStatements, type RevisionNames } from "../../../../src/rehearsal/measure/statements.ts";
import type { SentStatement } from "../../../../src/rehearsal/observe/recording.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

let at = 0;
const sent = (sql: string, mark?: string): SentStatement => ({
  session: "s",
  sql,
  startMs: (at += 10),
  endMs: at + 5,
  tags: [],
  sqlstate: undefined,
  mark,
  isExact: true,
});

const files = migrationFiles([{ path: "m/2_two.sql", text: "alter table a add c int" }]);
const nameOf = (id: string): string => `name of ${id}`;
const read = (
  statements: readonly SentStatement[],
  revisions: RevisionNames | undefined,
): readonly (readonly [string, string | undefined])[] =>
  readStatements({ statements, transactions: [], dropped: 0 }, new Map(), readParts(files), revisions, 1000)
    .filter(({ isQuiet }) => !isQuiet)
    .map(({ sent: { sql }, migration }) => [sql, migration]);

test("a tool that records a migration after it: statements belong to the next record", () => {
  const statements = [
    sent("alter table a add b int"),
    sent("insert into v values ('1')", "1"),
    sent("drop table a"),
    sent("insert into v values ('2')", "2"),
  ];
  expect(read(statements, { nameOf, recordsFirst: false }).map(([, migration]) => migration)).toEqual([
    "name of 1",
    "name of 1",
    "name of 2",
    "name of 2",
  ]);
});

test("a tool that records a migration before it: statements belong to the last record", () => {
  const statements = [
    sent("insert into v values ('1')", "1"),
    sent("alter table a add b int"),
    sent("insert into v values ('2')", "2"),
    sent("drop table a"),
  ];
  expect(read(statements, { nameOf, recordsFirst: true }).map(([, migration]) => migration)).toEqual([
    "name of 1",
    "name of 1",
    "name of 2",
    "name of 2",
  ]);
});

test("a statement that only reads is left out, except for one whose function took a lock", () => {
  const statements = [sent("select 1"), sent("select change_it()")];
  const [, calling] = statements;
  const kept = readStatements(
    { statements, transactions: [], dropped: 0 },
    new Map([["s", 7]]),
    readParts(files),
    undefined,
    1000,
    (pid, fromMs, toMs) => pid === 7 && fromMs <= (calling?.startMs ?? 0) && toMs >= (calling?.startMs ?? 0),
  );
  expect(kept.filter(({ isQuiet }) => !isQuiet).map(({ sent: { sql } }) => sql)).toEqual(["select change_it()"]);
});

const failing = (): readonly SentStatement[] => [
  sent("alter table a add b int"),
  sent("insert into v values ('1')", "1"),
  sent("create index on a (b)"),
  { ...sent("alter table a add unique (b)"), sqlstate: "23505" },
];

test("a statement that failed after the last record belongs to the next migration, if there is only one", () => {
  const names = (nextOf: (id: string | undefined) => string | undefined): unknown =>
    read(failing(), { nameOf, recordsFirst: false, nextOf }).map(([, migration]) => migration);
  expect(names((id) => `after ${id}`)).toEqual(["name of 1", "name of 1", "after 1", "after 1"]);
  expect(names(() => undefined)).toEqual(["name of 1", "name of 1", undefined, undefined]);
  expect(read(failing().slice(0, 3), { nameOf, recordsFirst: false, nextOf: (id) => `after ${id}` }).at(-1)?.[1]).toBeUndefined();
});

test("a statement that failed before any record belongs to the first pending migration, if there is only one", () => {
  const statements = [sent("begin"), { ...sent("alter table a add unique (b)"), sqlstate: "23505" }];
  const named = read(statements, { nameOf, recordsFirst: false, nextOf: (id) => (id === undefined ? "the first" : undefined) });
  expect(named.at(-1)?.[1]).toBe("the first");
});

test("without records, the file in which the statement is written names the migration", () => {
  expect(read([sent("ALTER TABLE a ADD c int"), sent("drop table a")], undefined)).toEqual([
    ["ALTER TABLE a ADD c int", "2_two"],
    ["drop table a", undefined],
  ]);
});

test("leaves out what only reads, sets something, or begins and ends transactions", () => {
  expect(
    read([sent("begin"), sent("select 1"), sent("set lock_timeout = 5"), sent("select 1; drop table a"), sent("commit")], undefined),
  ).toHaveLength(1);
});

const records: RevisionNames = { nameOf: (id) => id, recordsFirst: false, table: "offshoot.applied" };
const count = (message: SentStatement, ...later: readonly SentStatement[]): number =>
  readStatements({ statements: [message, ...later], transactions: [], dropped: 0 }, new Map(), readParts(files), records, 1000)[0]?.count ??
  Number.NaN;
const record = "insert into offshoot.applied (name) values ('1')";

test("counts the statements of a message without those of the tool", () => {
  expect(count(sent(`begin;\nset lock_timeout = '1s'; drop table a; drop table b\n;reset role; ${record}; commit`, "1"))).toBe(3);
  expect(count(sent(record, "1"))).toBe(0);
  expect(count(sent("create table if not exists offshoot.applied (name text)"))).toBe(0);
  expect(count(sent("insert into applied values (1)"))).toBe(0);
  expect(count(sent("insert into other.applied values (1)"))).toBe(1);
});

test("counts the statements of a message that was cut by the answers of the server", () => {
  const tags = ["BEGIN", "ALTER TABLE", "INSERT 0 1", "RESET", "INSERT 0 1", "COMMIT"];
  expect(count({ ...sent("begin; alter table a add b i", "1"), isCut: true, tags })).toBe(2);
  expect(count({ ...sent("begin; alter table a add b i", "1"), isCut: true, tags: tags.slice(0, 3), sqlstate: "23505" })).toBe(3);
});

test("does not count a message that the tool sends again outside of a transaction", () => {
  const refused = { ...sent("begin; vacuum a; commit"), sqlstate: "25001", tags: ["BEGIN"] };
  expect(count(refused, sent("vacuum a"))).toBe(0);
  // It was not sent again: the migration failed.
  expect(count(refused, sent("rollback"))).toBe(1);
});

test("what the tool does before its first migration is part of none", () => {
  const statements = [sent("create schema if not exists offshoot"), sent("drop table a"), sent(record, "1")];
  expect(read(statements, records).map(([, migration]) => migration)).toEqual([undefined, "1", "1"]);
});

test("a statement that is in no file, or in several, belongs to the migration of those around it", () => {
  const own = migrationFiles([
    { path: "m/1_one.sql", text: "alter table a add b int; alter table a add x int; drop table d" },
    { path: "m/2_two.sql", text: "alter table a add x int; alter table a add c int" },
  ]);
  const statements = ["alter table a add b int", "alter table a add x int", "update a set b = 7", "drop table d", "drop table e"].map(
    (sql) => sent(sql),
  );
  const found = readStatements({ statements, transactions: [], dropped: 0 }, new Map(), readParts(own), undefined, 1000);
  expect(found.map(({ migration }) => migration)).toEqual(["1_one", "1_one", "1_one", "1_one", undefined]);
});
