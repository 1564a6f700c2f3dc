import { expect, test } from "vitest";
import { judgeTimeout } from "../../../../src/rehearsal/judge/timeout.ts";
import { explainWaits } from "../../../../src/rehearsal/measure/explain-waits.ts";
import type { ExplainedTable } from "../../../../src/rehearsal/measure/measure.ts";
import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import { readStatements } from "../../../../src/rehearsal/measure/statements.ts";
import type { LockMode } from "../../../../src/rehearsal/observe/lock-modes.ts";
import type { Relation } from "../../../../src/rehearsal/observe/relations.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const files = migrationFiles([]);
const shown = { files, major: 17, literals: false };

/** Each message takes ten milliseconds, and its lock is held as long. */
type Message = readonly [sql: string, table?: string, mode?: LockMode | "not seen"];

function noted(messages: readonly Message[], limits: Readonly<Record<string, string>> = {}): unknown {
  const sent = messages.map(([sql], at) => ({
    session: "s",
    sql,
    startMs: at * 10,
    endMs: at * 10 + 9,
    tags: [],
    sqlstate: undefined,
    mark: undefined,
    isExact: true,
  }));
  const allStatements = readStatements(
    { statements: sent, transactions: [], dropped: 0 },
    new Map([["s", 7]]),
    readParts(files),
    undefined,
    1000,
  );
  const tables = messages.flatMap(([, name, mode], at): readonly ExplainedTable[] => {
    if (name === undefined || mode === undefined) return [];
    const table: Relation = { id: at, schema: "app", name, kind: "r", shown: `app.${name}`, table: undefined, file: 1, bytes: 9e6 };
    if (mode === "not seen") {
      const change = { table, relations: [table], rows: 5, dropped: false, isUnseen: true } as unknown as ExplainedTable["change"];
      return [{ change, reads: [], writes: [], rewrite: undefined }];
    }
    const wait = { fromMs: at * 10, toMs: at * 10 + 9, pid: 7, mode, firstMode: mode, withinMs: 0 };
    const change = { table, relations: [table], rows: 5, dropped: false } as unknown as ExplainedTable["change"];
    const explained = explainWaits([wait], allStatements, [table]);
    return [{ change, reads: mode === "AccessExclusiveLock" ? explained : [], writes: explained, rewrite: undefined }];
  });
  const [judged] = judgeTimeout({ tables, allStatements }, { limits }, shown);
  return judged && [judged.finding.object.name, "lock" in judged.finding.facts && judged.finding.facts.lock];
}

const ITEM: Message = ["alter table app.item add column z int", "item", "AccessExclusiveLock"];
const ORDERS: Message = ["alter table app.orders add column z int", "orders", "AccessExclusiveLock"];
const INDEX: Message = ["create index on app.item (price)", "item", "ShareLock"];
const KEY: Message = ["alter table app.item add foreign key (a) references app.b (id)", "item", "ShareRowExclusiveLock"];
const SET: Message = ["set lock_timeout = '5s'"];

test.each([
  ["without a limit", [ITEM, ORDERS], ["app.item", "ACCESS EXCLUSIVE"]],
  ["with a limit", [SET, ITEM, ORDERS], undefined],
  ["a limit that is taken back", [SET, ITEM, ["set lock_timeout = 0"], ORDERS], ["app.orders", "ACCESS EXCLUSIVE"]],
  ["a limit that is reset", [SET, ITEM, ["reset lock_timeout"], ORDERS], ["app.orders", "ACCESS EXCLUSIVE"]],
  [
    "a limit of one transaction",
    [["begin"], ["set local lock_timeout = '1s'"], ITEM, ["commit"], ORDERS],
    ["app.orders", "ACCESS EXCLUSIVE"],
  ],
  ["a lock that no look saw", [["alter table app.item add column z int", "item", "not seen"]], ["app.item", "ACCESS EXCLUSIVE"]],
  ["an index that no look saw", [["create index on item (price)", "item", "not seen"]], ["app.item", "SHARE"]],
  ["a weak lock that no look saw", [["vacuum app.item", "item", "not seen"]], undefined],
  ["a lock that no look saw, with a limit", [SET, ["alter table app.item add column z int", "item", "not seen"]], undefined],
  ["a limit that comes too late", [ITEM, SET], ["app.item", "ACCESS EXCLUSIVE"]],
  ["an index", [INDEX], ["app.item", "SHARE"]],
  ["an index with a limit", [SET, INDEX], undefined],
  ["a foreign key", [KEY], ["app.item", "SHARE ROW EXCLUSIVE"]],
  ["the strongest lock of several", [INDEX, KEY, ORDERS], ["app.orders", "ACCESS EXCLUSIVE"]],
  ["a weak lock without a limit beside a strong one with one", [SET, ORDERS, ["reset all"], INDEX], ["app.item", "SHARE"]],
] as const)("the note about a missing lock_timeout: %s", (_, messages, expected) => {
  expect(noted(messages)).toEqual(expected);
});

test("a role with a limit needs none in the migrations, unless they take it back", () => {
  const limits = { lock_timeout: "5s" };
  expect(noted([ITEM], limits)).toBeUndefined();
  expect(noted([["set lock_timeout = 0"], ITEM], limits)).toEqual(["app.item", "ACCESS EXCLUSIVE"]);
  expect(noted([["set lock_timeout = 0"], ["reset lock_timeout"], ITEM], limits)).toBeUndefined();
});
