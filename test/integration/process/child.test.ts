import { expect, test } from "vitest";
import { startChild } from "../../../src/process/child.ts";
import { groupIsRunning } from "../../../src/process/signals.ts";

const options = { cwd: "/", env: process.env };

/** Collects the output of a child as text. */
function collector(): { readonly output: (stream: string, chunk: Uint8Array) => void; readonly text: () => string } {
  const chunks: string[] = [];
  return {
    output: (stream, chunk) => void chunks.push(`${stream} ${new TextDecoder().decode(chunk).trim()}`),
    text: () => chunks.join(", "),
  };
}

test("a child reports its exit status, and its output is complete by then", async () => {
  const { output, text } = collector();
  const child = startChild(["sh", "-c", "echo one; exit 3"], { ...options, output, group: true });
  expect(await child.ended).toEqual({ code: 3, signal: null });
  expect(text()).toBe("stdout one");
});

test("a line of the shell is run by a shell", async () => {
  const { output, text } = collector();
  await startChild("echo $((1 + 1)) >&2", { ...options, output, group: true }).ended;
  expect(text()).toBe("stderr 2");
});

test("a signal ends a child with its descendants", async () => {
  const child = startChild(["sh", "-c", "sleep 60 & sleep 60"], { ...options, group: true });
  await child.started;
  child.signal("SIGKILL");
  expect(await child.ended).toEqual({ code: null, signal: "SIGKILL" });
  await expect.poll(() => groupIsRunning(child.pid ?? 0)).toBe(false);
});

test("a descendant that keeps the output open does not delay the end of a child", async () => {
  const { output, text } = collector();
  const child = startChild(["sh", "-c", "echo done; sleep 60 &"], { ...options, output, group: true, drainMs: 50 });
  expect(await child.ended).toEqual({ code: 0, signal: null });
  expect(text()).toBe("stdout done");
  expect(groupIsRunning(child.pid ?? 0)).toBe(true);
  child.signal("SIGKILL");
});

test("a program that does not exist rejects with ENOENT", async () => {
  const child = startChild(["no-such-program-here"], { ...options, group: true });
  await expect(child.started).rejects.toMatchObject({ code: "ENOENT" });
  await expect(child.ended).rejects.toMatchObject({ code: "ENOENT" });
});
