import { expect, test } from "vitest";
import { runLine, type RunLineOptions } from "../../../src/rollback/run-line.ts";

const options: RunLineOptions = { cwd: "/", env: process.env, signal: new AbortController().signal, secrets: [], timeoutMs: 60_000 };

test("returns whether the line succeeded, and the end of its output without passwords", async () => {
  const result = await runLine("seq 20; echo postgresql://me:secret@host/db >&2; exit 3", options);
  expect(result.ok).toBe(false);
  expect(result.tail.split("\n")).toHaveLength(12);
  expect(result.output).not.toContain("secret");
  expect(await runLine("true", options)).toEqual({ ok: true, output: "", tail: "" });
});

test("returns the message of an error without its stack", async () => {
  const { tail } = await runLine(`node -e 'throw new Error("column b exists")'`, options);
  expect(tail).toContain("Error: column b exists");
  expect(tail).not.toContain("    at ");
});

test("a cancelled line ends with all its processes, and is not a result", async () => {
  const cancel = new AbortController();
  const running = runLine("sleep 600 & sleep 600", { ...options, signal: cancel.signal });
  setTimeout(() => cancel.abort(), 200);
  // The pipes close only when the process in the background has ended too.
  await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
  await expect(runLine("true", { ...options, signal: cancel.signal })).rejects.toMatchObject({ code: "CANCELLED" });
});

test("a line that takes too long is a timeout, not a failed migration", async () => {
  await expect(runLine("sleep 600", { ...options, timeoutMs: 300 })).rejects.toMatchObject({ code: "TIMED_OUT" });
});
