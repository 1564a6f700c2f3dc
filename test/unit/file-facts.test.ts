import * as promises from "node:fs/promises";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { access, entriesIn, lstat, namesIn, realpath, stat } from "../../src/file-facts.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-facts-"));
  await writeFile(join(folder, "file"), "text");
  await chmod(join(folder, "file"), 0o600);
  await mkdir(join(folder, "sub"));
  await writeFile(join(folder, "sub/name"), "");
  await symlink("file", join(folder, "link"));
  await symlink("missing", join(folder, "broken"));
  await symlink("loop", join(folder, "loop"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a caller sees: the value, or the properties of the error. */
async function outcome(answer: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await answer };
  } catch (thrown) {
    const { message, code, errno, syscall, path } = thrown as NodeJS.ErrnoException;
    return { thrown: thrown instanceof Error, message, code, errno, syscall, path };
  }
}

const PATHS = ["file", "sub", "link", "broken", "loop", "missing", "file/below", "missing/below", "nul\0"];

test.each(PATHS)("answers for %s as Node's own functions do", async (name) => {
  const path = join(folder, name);
  expect(await outcome(stat(path))).toEqual(await outcome(promises.stat(path)));
  expect(await outcome(lstat(path))).toEqual(await outcome(promises.lstat(path)));
  expect(await outcome(realpath(path))).toEqual(await outcome(promises.realpath(path)));
  expect(await outcome(entriesIn(path))).toEqual(await outcome(promises.readdir(path, { withFileTypes: true })));
  expect(await outcome(namesIn(path))).toEqual(await outcome(promises.readdir(path)));
  for (const mode of [undefined, promises.constants.R_OK, promises.constants.X_OK])
    expect(await outcome(access(path, mode))).toEqual(await outcome(promises.access(path, mode)));
});

test("a failure is a rejection, never a throw", () => {
  for (const ask of [stat, lstat, realpath, namesIn, entriesIn, access])
    expect(() => void ask(join(folder, "missing")).catch(() => {})).not.toThrow();
});
