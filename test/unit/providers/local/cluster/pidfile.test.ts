import { expect, test } from "vitest";
import { parsePidFile } from "../../../../../src/providers/local/cluster/pidfile.ts";

const whole = "4242\n/data\n1700000000\n5433\n\n127.0.0.1\n  1234 5678\nready   \n";

test("a whole pid file gives process, port and state", () => {
  expect(parsePidFile(whole)).toEqual({ pid: 4242, port: 5433, status: "ready" });
});

test.each([
  ["the first moments of a server", "4242\n/data\n1700000000\n5433\n", { pid: 4242, port: 5433, status: undefined }],
  ["a single line", "4242\n", { pid: 4242, port: undefined, status: undefined }],
  ["a server that goes down", whole.replace("ready   ", "stopping"), { pid: 4242, port: 5433, status: "stopping" }],
  ["nothing at all", "", undefined],
  ["something else", "hello\n", undefined],
  ["a process group", whole.replace("4242", "-1"), undefined],
])("%s", (_title, text, expected) => {
  expect(parsePidFile(text)).toEqual(expected);
});
