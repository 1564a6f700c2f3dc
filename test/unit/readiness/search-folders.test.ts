import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Dirent } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readdirUntil } from "../../../src/readiness/search-folders.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-search-"));
  await mkdir(join(folder, "sub"));
  await writeFile(join(folder, "one.sql"), "");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts to read the folder so many times at once, and returns what each call found. */
function readMany(signal: AbortSignal, count: number): Promise<readonly (readonly string[])[]> {
  const readdir = readdirUntil(signal) as unknown as (
    path: string,
    options: { withFileTypes: true },
    found: (error: Error | null, entries: Dirent[]) => void,
  ) => void;
  return Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<readonly string[]>((resolve, reject) =>
          readdir(folder, { withFileTypes: true }, (error, entries) =>
            error === null ? resolve(entries.map(({ name }) => name).toSorted()) : reject(error),
          ),
        ),
    ),
  );
}

test("reads every folder, also when many are found at once", async () => {
  const found = await readMany(new AbortController().signal, 500);
  expect(new Set(found.map(String))).toEqual(new Set(["one.sql,sub"]));
});

test("after the end of the search, the folders that wait are empty", async () => {
  const ended = new AbortController();
  const reading = readMany(ended.signal, 500);
  ended.abort();
  const found = await reading;
  expect(found.filter((names) => names.length > 0).length).toBeLessThanOrEqual(16);
});
