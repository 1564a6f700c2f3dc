import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Write } from "../../../src/ci/write.ts";
import { publish } from "../../../src/ci/publish.ts";

let cwd: string;
beforeEach(async () => void (cwd = await mkdtemp(join(tmpdir(), "offshoot-publish-"))));
afterEach(() => rm(cwd, { recursive: true, force: true }));

const linesOf = async (writes: readonly Write[]): Promise<readonly string[]> => {
  const lines: string[] = [];
  const stream = (name: string) => ({ write: (text: string) => lines.push(`${name}: ${text}`) });
  await publish(writes, { stdout: stream("stdout"), stderr: stream("stderr"), cwd, env: process.env, programMs: 2000 });
  return lines;
};

test("outputs are written in order, and files are appended to", async () => {
  const lines = await linesOf([
    { to: "stderr", text: "mask" },
    { to: "file", path: "out", text: "a\n" },
    { to: "file", path: "out", text: "b\n" },
    { to: "stdout", text: "data" },
  ]);
  expect(lines).toEqual(["stderr: mask", "stdout: data"]);
  expect(await readFile(join(cwd, "out"), "utf8")).toBe("a\nb\n");
});

test("a missing program of the service causes a warning without its input, and the next output is written", async () => {
  const lines = await linesOf([
    { to: "program", argv: ["offshoot-no-such-agent", "redactor", "add"], input: "secretword" },
    { to: "stdout", text: "data" },
  ]);
  expect(lines).toEqual(["stderr: warning  offshoot-no-such-agent redactor add failed: ENOENT\n", "stdout: data"]);
});

test("a program of the service that hangs is ended with a warning, and the next output is written", async () => {
  const lines = await linesOf([
    { to: "program", argv: ["sleep", "600"], input: "secretword" },
    { to: "stdout", text: "data" },
  ]);
  expect(lines).toEqual(["stderr: warning  sleep 600 failed: it did not end within 2 s\n", "stdout: data"]);
});

test("a file that cannot be written is an error that names it", async () => {
  await expect(linesOf([{ to: "file", path: "missing/out", text: "a\n" }])).rejects.toMatchObject({
    code: "OUTPUT_LOST",
    message: "Could not write the file missing/out: its folder does not exist.",
  });
});
