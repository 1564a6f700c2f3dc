import { expect, test } from "vitest";
import { parsePidFile } from "../../../../../src/providers/local/cluster/server-process.ts";

const whole = "4242\n/data\n1700000000\n5433\n\n127.0.0.1\n  1234 5678\nready   \n";

test("a complete pid file has the process, the port and the state", () => {
  expect(parsePidFile(whole)).toEqual({ pid: 4242, port: 5433, status: "ready" });
});

test.each([
  ["the pid file of a server that has just started", "4242\n/data\n1700000000\n5433\n", { pid: 4242, port: 5433, status: undefined }],
  ["a pid file of one line", "4242\n", { pid: 4242, port: undefined, status: undefined }],
  ["the pid file of a stopping server", whole.replace("ready   ", "stopping"), { pid: 4242, port: 5433, status: "stopping" }],
  ["an empty pid file", "", undefined],
  ["a pid file with other text", "hello\n", undefined],
  ["a pid file with the id of a process group", whole.replace("4242", "-1"), undefined],
])("%s", (_title, text, expected) => {
  expect(parsePidFile(text)).toEqual(expected);
});
