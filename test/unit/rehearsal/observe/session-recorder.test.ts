import { expect, test } from "vitest";
import { encode } from "../../../../src/broker/messages.ts";
import type { RecordedTransaction, SentStatement } from "../../../../src/rehearsal/observe/recording.ts";
import { parametersOf } from "../../../../src/rehearsal/observe/revision-marks.ts";
import { recordSession } from "../../../../src/rehearsal/observe/session-recorder.ts";

const message = (type: string, ...texts: readonly string[]): Buffer =>
  encode({ type, body: Buffer.from(texts.map((text) => `${text}\0`).join("")) });
const ready = (status: "I" | "T" | "E"): Buffer => encode({ type: "Z", body: Buffer.from(status) });
const query = (sql: string): Buffer => message("Q", sql);
const bind = (portal: string, name: string, value: string): Buffer =>
  encode({
    type: "B",
    body: Buffer.concat([
      Buffer.from(`${portal}\0${name}\0`),
      Buffer.from([0, 0, 0, 1, 0, 0, 0, value.length]),
      Buffer.from(value),
      Buffer.from([0, 0]),
    ]),
  });
const execute = (portal: string): Buffer => encode({ type: "E", body: Buffer.from(`${portal}\0\0\0\0\0`) });

function record() {
  let now = 0;
  const statements: SentStatement[] = [];
  const transactions: RecordedTransaction[] = [];
  const asked: boolean[] = [];
  const tap = recordSession({
    session: "s",
    now: () => (now += 1),
    markOf: (sql, parameters) => parameters()[0] ?? /record (\d+)/.exec(sql)?.[1],
    add: (statement) => void statements.push(statement),
    begin: (transaction) => void transactions.push(transaction),
    beforeNext: (_, isLast) => {
      asked.push(isLast);
      return Promise.resolve(true);
    },
  });
  return { tap, statements, transactions, asked };
}

test("records statements and transactions of the simple protocol", async () => {
  const { tap, statements, transactions, asked } = record();
  await tap.sent(query("begin"));
  tap.received(Buffer.concat([message("C", "BEGIN"), ready("T")]));
  await tap.sent(query("alter table t add c int; select 1"));
  tap.received(Buffer.concat([message("C", "ALTER TABLE"), message("C", "SELECT 1"), ready("T")]));
  await tap.sent(query("commit"));
  tap.received(Buffer.concat([message("C", "COMMIT"), ready("I")]));
  await tap.sent(query("select 2"));
  expect(statements.map(({ sql, tags }) => [sql, tags])).toEqual([
    ["begin", ["BEGIN"]],
    ["alter table t add c int; select 1", ["ALTER TABLE", "SELECT 1"]],
    ["commit", ["COMMIT"]],
    ["select 2", []],
  ]);
  expect(transactions).toMatchObject([{ isExplicit: true, isComplete: true }, { isExplicit: false }]);
  expect(asked).toEqual([false, true]);
});

test("records prepared statements with their text, and the error of one", async () => {
  const { tap, statements } = record();
  const batch = Buffer.concat([message("P", "", "insert into versions values ($1)"), bind("", "", "0042"), execute(""), message("S")]);
  for (const part of [batch.subarray(0, 7), batch.subarray(7)]) await tap.sent(part);
  tap.received(Buffer.concat([message("E", "SERROR", "C23505", "Mduplicate"), ready("I")]));
  expect(statements).toMatchObject([{ sql: "insert into versions values ($1)", mark: "0042", sqlstate: "23505" }]);
  expect(statements[0]?.endMs).toBeDefined();
});

const batchOf = (sql: string): Buffer => Buffer.concat([message("P", "", sql), bind("", "", "1"), execute(""), message("S")]);

test("a statement that is sent before the answer to the one before it has its own time and its own transaction", async () => {
  const { tap, statements, transactions } = record();
  await tap.sent(Buffer.concat([batchOf("alter table a add x int"), batchOf("alter table b add x int"), batchOf("select 1")]));
  const starts = statements.map(({ startMs }) => startMs);
  tap.received(Buffer.concat([message("C", "ALTER TABLE"), ready("I")]));
  expect(statements.map(({ endMs }) => endMs !== undefined)).toEqual([true, false, false]);
  tap.received(Buffer.concat([message("C", "ALTER TABLE"), ready("I"), message("C", "SELECT 1"), ready("I")]));
  expect(statements.map(({ tags }) => tags)).toEqual([["ALTER TABLE"], ["ALTER TABLE"], ["SELECT 1"]]);
  for (const [at, { startMs, endMs = 0 }] of statements.entries()) {
    expect(startMs).toBeGreaterThanOrEqual(statements[at - 1]?.endMs ?? starts[0] ?? 0);
    expect(endMs).toBeGreaterThan(startMs);
    expect(transactions[at]).toMatchObject({ isExplicit: false, endMs: expect.any(Number) });
    expect(transactions[at]?.startMs).toBeLessThanOrEqual(startMs);
  }
  expect(transactions).toHaveLength(3);
});

test("looks before the end of a transaction also after a COPY, whose first end of a batch has no answer", async () => {
  const { tap, statements, asked } = record();
  await tap.sent(query("begin"));
  tap.received(Buffer.concat([message("C", "BEGIN"), ready("T")]));
  await tap.sent(batchOf("copy t from stdin"));
  tap.received(encode({ type: "G", body: Buffer.from([0, 0, 0]) }));
  await tap.sent(Buffer.concat([encode({ type: "c", body: Buffer.alloc(0) }), message("S")]));
  tap.received(Buffer.concat([message("C", "COPY 1"), ready("T")]));
  await tap.sent(query("commit"));
  tap.received(Buffer.concat([message("C", "COMMIT"), ready("I")]));
  expect(asked).toEqual([false, true]);
  expect(statements.map(({ tags }) => tags)).toEqual([["BEGIN"], ["COPY 1"], ["COMMIT"]]);
});

test("reads parameters as texts and as binary numbers, and nothing from a damaged message", () => {
  expect(parametersOf(bind("", "", "0042").subarray(5))).toEqual(["0042"]);
  const binary = Buffer.from([0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 4, 0, 0, 0, 9, 0, 0]);
  expect(parametersOf(binary)[0]).toBe("9");
  for (let length = 0; length < binary.length; length += 1) expect(() => parametersOf(binary.subarray(0, length))).not.toThrow();
});

test("keeps the start of a very long message, and finds the record at its end", async () => {
  const { tap, statements } = record();
  const long = query(`begin; insert into t values ${"(1),".repeat(2_000_000)}(1); record 7; commit`);
  for (let at = 0; at < long.length; at += 65_536) await tap.sent(long.subarray(at, at + 65_536));
  await tap.sent(query("select 1"));
  expect(statements.map(({ mark, isCut, sql }) => [mark, isCut, sql.length < 5_000_000])).toEqual([
    ["7", true, true],
    [undefined, undefined, true],
  ]);
});

test("keeps the whole text of a message of some megabytes, until there are too many", async () => {
  const { tap, statements } = record();
  const sql = `${"-- remark\n".repeat(400_000)}drop table t`;
  for (let sent = 0; sent < 6; sent += 1) await tap.sent(query(sql));
  expect(statements.map((each) => each.sql.endsWith("drop table t"))).toEqual([true, true, true, true, false, false]);
  expect(statements.map(({ isCut }) => isCut === true)).toEqual([false, false, false, false, true, true]);
});
