import { expect, test } from "vitest";
import { move, type MoveOptions } from "../../../src/rollback/run-line.ts";

const options: MoveOptions = { cwd: "/", env: process.env, signal: new AbortController().signal, withinMs: 60_000 };

test("tells how a line ended, with the end of what it wrote and no password", async () => {
  const moved = await move("seq 20; echo postgresql://me:secret@host/db >&2; exit 3", options);
  expect(moved.ok).toBe(false);
  expect(moved.tail.split("\n")).toHaveLength(12);
  expect(moved.output).not.toContain("secret");
  expect(await move("true", options)).toEqual({ ok: true, output: "", tail: "" });
});

test("shows what an error says, and not its stack", async () => {
  const { tail } = await move(`node -e 'throw new Error("column b exists")'`, options);
  expect(tail).toContain("Error: column b exists");
  expect(tail).not.toContain("    at ");
});

test("a cancelled line ends with all that it started, and is no verdict", async () => {
  const cancel = new AbortController();
  const moving = move("sleep 600 & sleep 600", { ...options, signal: cancel.signal });
  setTimeout(() => cancel.abort(), 200);
  // The pipes close only when the one in the background is gone, too.
  await expect(moving).rejects.toMatchObject({ code: "CANCELLED" });
  await expect(move("true", { ...options, signal: cancel.signal })).rejects.toMatchObject({ code: "CANCELLED" });
});

test("a line that takes too long is told as that, and not as a failed migration", async () => {
  await expect(move("sleep 600", { ...options, withinMs: 300 })).rejects.toMatchObject({ code: "TIMED_OUT" });
});
