import { expect, test } from "vitest";
import { encode } from "../../../src/broker/messages.ts";
import { readError, tapErrors } from "../../../src/broker/error-tap.ts";

const fields = {
  S: "ERROR",
  V: "ERROR",
  C: "23505",
  M: "duplicate key",
  D: "Key (mail)=(ada) exists.",
  s: "public",
  t: "book",
  n: "book_pkey",
};
const error = encode({
  type: "E",
  body: Buffer.from(
    `${Object.entries(fields)
      .map(([name, text]) => `${name}${text}\0`)
      .join("")}\0`,
  ),
});
const rows = encode({ type: "D", body: Buffer.from("E\0\0\0\u0010C0000\0M a row that looks like an error\0\0".repeat(50)) });
const done = encode({ type: "C", body: Buffer.from("CREATE TABLE\0") });
const stream = Buffer.concat([rows, error, rows, done, encode({ type: "Z", body: Buffer.from("I") })]);

function seen(chunks: readonly Buffer[]): readonly unknown[] {
  const events: unknown[] = [];
  const tap = tapErrors({ error: (each) => events.push(each), completed: (tag) => events.push(tag) });
  for (const chunk of chunks) tap(chunk);
  return events;
}

test.each([1, 2, 3, 5, 7, 64, 1_000_000])("finds errors and statements in chunks of %i bytes, without the detail", (size) => {
  const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, at) => stream.subarray(at * size, (at + 1) * size));
  expect(seen(chunks)).toEqual([
    { sqlstate: "23505", message: "duplicate key", object: "constraint public.book.book_pkey" },
    "CREATE TABLE",
  ]);
});

test("does not collect an error that is too long, or a message with an impossible length", () => {
  expect(seen([encode({ type: "E", body: Buffer.alloc(70_000) }), done])).toEqual(["CREATE TABLE"]);
  expect(seen([Buffer.from([0x45, 0, 0, 0, 0, 0x45, 0, 0, 0, 0])])).toBeDefined();
});

test.each([
  ["pl_exec.c", "exec_stmt_raise", true],
  ["pl_exec.c", "exec_stmt_assert", true],
  ["pl_exec.c", "exec_stmt_return", undefined],
  ["plpy_elog.c", "PLy_elog_impl", true],
  ["planner.c", "standard_planner", undefined],
])("an error from %s, %s, was raised by a function: %s", (file, routine, isRaised) => {
  expect(readError(Buffer.from(`CP0001\0Mtext\0F${file}\0R${routine}\0\0`)).isRaised).toBe(isRaised);
});
