import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { endOf } from "../../../src/process/child.ts";

function fakeChild(): { readonly child: ChildProcess; readonly stdout: PassThrough } {
  const stdout = new PassThrough();
  return { child: Object.assign(new EventEmitter(), { stdout, stderr: null }) as unknown as ChildProcess, stdout };
}

test("reads the output of a child that has ended, also if this process was busy in the meantime", async () => {
  const { child, stdout } = fakeChild();
  let read = "";
  stdout.on("data", (chunk: Buffer) => (read += chunk.toString()));
  const ended = endOf(child, 20);
  child.emit("exit", 1, null);
  // What was in the pipe is read in the turn after the timers.
  setImmediate(() => stdout.write("the cause"));
  const until = Date.now() + 60;
  while (Date.now() < until);
  setTimeout(() => setImmediate(() => child.emit("close")), 25);
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(read).toBe("the cause");
});

test("does not wait for ever for a descendant that keeps the output open", async () => {
  const { child, stdout } = fakeChild();
  stdout.on("data", () => {});
  const chatter = setInterval(() => stdout.writable && stdout.write("."), 1);
  const ended = endOf(child, 20);
  const started = performance.now();
  child.emit("exit", 0, null);
  expect(await ended).toEqual({ code: 0, signal: null });
  clearInterval(chatter);
  expect(performance.now() - started).toBeLessThan(5000);
});
