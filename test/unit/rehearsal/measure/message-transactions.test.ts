import { expect, test } from "vitest";
import { blameForWait } from "../../../../src/rehearsal/measure/blame.ts";
import { couldRun } from "../../../../src/rehearsal/measure/could-run.ts";
import { partsInTransactions, transactionsIn } from "../../../../src/rehearsal/measure/message-transactions.ts";
import { readParts } from "../../../../src/rehearsal/measure/parts.ts";
import { type ReadStatement, readStatements } from "../../../../src/rehearsal/measure/statements.ts";
import type { LockMode } from "../../../../src/rehearsal/observe/lock-modes.ts";
import type { Relation } from "../../../../src/rehearsal/observe/relations.ts";
import type { LockSpan } from "../../../../src/rehearsal/observe/sample.ts";
import { migrationFiles } from "../../../../src/rehearsal/sql/migration-files.ts";

const table = (id: number, name: string): Relation => ({
  id,
  schema: "public",
  name,
  kind: "r",
  shown: `public.${name}`,
  table: undefined,
  file: 1,
  bytes: 0,
});
const RELATIONS = new Map([table(1, "t"), table(2, "u")].map((each) => [each.id, each]));

function messageOf(sql: string): ReadStatement | undefined {
  const sent = { session: "s", sql, startMs: 0, endMs: 100, tags: [], sqlstate: undefined, mark: undefined, isExact: true };
  const recording = { statements: [sent], transactions: [], dropped: 0 };
  return readStatements(recording, new Map([["s", 7]]), readParts(migrationFiles([])), undefined, 100)[0];
}

const span = (transaction: number, relation: number, mode: LockMode, fromMs = 50): LockSpan => ({
  pid: 7,
  relation,
  mode,
  granted: true,
  transaction,
  fromMs,
  toMs: 90,
  beginWithinMs: 0,
  endWithinMs: 0,
});

test.each([
  ["begin; drop table a; commit; drop table b", [0, 0, 0, 1]],
  ["insert into t values (1); begin; drop table a; end; select 1", [0, 0, 0, 0, 1]],
  ["begin; savepoint a; rollback to a; rollback to savepoint a; rollback; drop table b", [0, 0, 0, 0, 0, 1]],
  ["begin; commit and chain; drop table b; abort; drop table c", [0, 0, 1, 1, 2]],
  ["commit prepared 'x'; rollback prepared 'x'; drop table b", [0, 0, 0]],
  ["begin; prepare transaction 'x'; drop table b", [0, 0, 1]],
  ["prepare p as select 1; drop table b", [0, 0]],
])("knows the transactions of a message: %s", (sql, expected) => {
  expect(transactionsIn(messageOf(sql)?.parts ?? [])).toEqual(expected);
});

/** The statement that is blamed for a lock on `t`, and the others that can have taken it. */
function blamed(sql: string, spans: readonly LockSpan[], transaction: number): readonly (string | undefined)[] {
  const message = messageOf(sql);
  const runsCode = couldRun(new Set(), RELATIONS.values(), []);
  const partsIn = partsInTransactions(spans, RELATIONS, runsCode);
  const mode = "AccessExclusiveLock";
  const wait = { fromMs: 50, toMs: 90, pid: 7, transaction, mode, firstMode: mode, withinMs: 0 } as const;
  const found = blameForWait(wait, message === undefined ? [] : [message], [table(1, "t")], { partsIn, runsCode });
  return [found?.part, ...(found?.perhaps ?? [])].map((part) => part?.tokens.at(-1)?.text);
}

const TWICE = "begin; alter table t add a int; commit; begin; update u set a = 1; alter table t add b text; commit";

test("blames the statement of the transaction with the lock, by the other locks of that transaction", () => {
  const strong = span(31, 1, "AccessExclusiveLock");
  expect(blamed(TWICE, [strong, span(31, 2, "RowExclusiveLock", 10)], 31)).toEqual(["text"]);
  expect(blamed(TWICE, [span(30, 1, "AccessExclusiveLock", 1), strong], 31)).toEqual(["text"]);
  expect(blamed(TWICE, [strong, span(32, 2, "RowExclusiveLock", 80)], 31)).toEqual(["int"]);
});

test("names both statements if the looks do not show whose lock it was", () => {
  expect(blamed(TWICE, [span(31, 1, "AccessExclusiveLock")], 31)).toEqual(["int", "text"]);
});
