import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FollowedFile, followFile } from "../../../../src/check/worker/follow-file.ts";

let folder: string;
let path: string;
let text: string;
let times: number[];
let file: FollowedFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-follow-"));
  path = join(folder, "worker.log");
  text = "";
  times = [];
  file = followFile(path, (part, at) => {
    text += part;
    times.push(at);
  });
});

afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

test("a file that does not exist yet is read when it exists", async () => {
  expect(await file.poll()).toBe(false);
  await writeFile(path, "one\n");
  expect(await file.poll()).toBe(true);
  await appendFile(path, "two\n");
  await file.poll();
  expect(text).toBe("one\ntwo\n");
});

test("the lines that exist already have the time of the file", async () => {
  await writeFile(path, "one\n");
  const { utimes } = await import("node:fs/promises");
  await utimes(path, 1000, 1000);
  await file.poll();
  await appendFile(path, "two\n");
  await file.poll();
  expect([times[0], Date.now() - (times[1] ?? 0) < 60_000]).toEqual([1_000_000, true]);
});

test("after a rename, the rest of the old file and what is still written to it are read, and the new file", async () => {
  await writeFile(path, "one\n");
  await file.poll();
  await appendFile(path, "two\n");
  await rename(path, `${path}.1`);
  await writeFile(path, "three\n");
  await file.poll();
  await appendFile(`${path}.1`, "late\n");
  await appendFile(path, "four\n");
  await file.poll();
  expect(text).toBe("one\ntwo\nthree\nlate\nfour\n");
});

test("between the rename and the new file, the file does not exist", async () => {
  await writeFile(path, "one\n");
  await file.poll();
  await rename(path, `${path}.1`);
  expect(await file.poll()).toBe(false);
  await writeFile(path, "two\n");
  await file.poll();
  expect(text).toBe("one\ntwo\n");
});

test("a truncated file is read from its start, also when it has already grown to the same or a greater size", async () => {
  await writeFile(path, "one\ntwo\n");
  await file.poll();
  await truncate(path);
  await file.poll();
  await appendFile(path, "3\n");
  await file.poll();
  await truncate(path);
  await appendFile(path, "4\n");
  await file.poll();
  await truncate(path);
  await appendFile(path, "five\nsix\n");
  await file.poll();
  expect(text).toBe("one\ntwo\n3\n4\nfive\nsix\n");
});

test("a folder is an error", async () => {
  const followed = followFile(folder, () => {});
  await expect(followed.poll()).rejects.toMatchObject({ code: "EISDIR" });
});
