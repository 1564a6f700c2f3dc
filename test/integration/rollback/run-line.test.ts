import { expect, test } from "vitest";
import { runLine, type RunLineOptions } from "../../../src/rollback/run-line.ts";

const options: RunLineOptions = { cwd: "/", env: process.env, signal: new AbortController().signal, timeoutMs: 60_000 };

test("tells how a line ended, with the end of what it wrote and no password", async () => {
  const moved = await runLine("seq 20; echo postgresql://me:secret@host/db >&2; exit 3", options);
  expect(moved.ok).toBe(false);
  expect(moved.tail.split("\n")).toHaveLength(12);
  expect(moved.output).not.toContain("secret");
  expect(await runLine("true", options)).toEqual({ ok: true, output: "", tail: "" });
});

test("shows what an error says, and not its stack", async () => {
  const { tail } = await runLine(`node -e 'throw new Error("column b exists")'`, options);
  expect(tail).toContain("Error: column b exists");
  expect(tail).not.toContain("    at ");
});

test("a cancelled line ends with all that it started, and is no verdict", async () => {
  const cancel = new AbortController();
  const moving = runLine("sleep 600 & sleep 600", { ...options, signal: cancel.signal });
  setTimeout(() => cancel.abort(), 200);
  // The pipes close only when the one in the background is gone, too.
  await expect(moving).rejects.toMatchObject({ code: "CANCELLED" });
  await expect(runLine("true", { ...options, signal: cancel.signal })).rejects.toMatchObject({ code: "CANCELLED" });
});

test("a line that takes too long is reported as that, and not as a failed migration", async () => {
  await expect(runLine("sleep 600", { ...options, timeoutMs: 300 })).rejects.toMatchObject({ code: "TIMED_OUT" });
});
