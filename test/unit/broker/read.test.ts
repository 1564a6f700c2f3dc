import { PassThrough } from "node:stream";
import { setTimeout as timer } from "node:timers/promises";
import { expect, test } from "vitest";
import { readBytes } from "../../../src/broker/read.ts";

test.each([1, 2, 3])("%i of four bytes do not keep the process busy, and the others may come later", async (first) => {
  const stream = new PassThrough();
  stream.write(Buffer.from([1, 2, 3, 4]).subarray(0, first));
  const read = readBytes(stream, 4);
  // A timer of a process that is busy for ever never ends.
  await timer(20);
  stream.write(Buffer.from([1, 2, 3, 4, 5]).subarray(first));
  expect(await read).toEqual(Buffer.from([1, 2, 3, 4]));
  expect(stream.read()).toEqual(Buffer.from([5]));
});

test("a stream that ends before the size is not a message", async () => {
  const stream = new PassThrough();
  stream.end(Buffer.from([1, 2]));
  expect(await readBytes(stream, 4)).toBeUndefined();
});

test("nothing is read for a size of zero", async () => {
  const stream = new PassThrough();
  stream.write("x");
  expect(await readBytes(stream, 0)).toEqual(Buffer.alloc(0));
  expect(String(stream.read())).toBe("x");
});
