import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolders, makeFoldersSync } from "../../src/make-folders.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-folders-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ["makeFolders", makeFolders],
  ["makeFoldersSync", async (path: string, mode?: number) => makeFoldersSync(path, mode)],
] as const)("%s", (_name, make) => {
  test("makes a folder and those above it, and reports whether it made it", async () => {
    const path = join(folder, "a/b/c");
    expect(await make(path, 0o700)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect(await make(path)).toBe(false);
  });

  test("accepts a link to a folder, and refuses a file", async () => {
    await symlink(folder, join(folder, "link"));
    expect(await make(join(folder, "link"))).toBe(false);
    await writeFile(join(folder, "file"), "");
    await expect(make(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(make(join(folder, "file/below"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });
});

test.runIf(existsSync("/proc/self"))("both end below /proc, where Node's own function runs for ever", { timeout: 60_000 }, () => {
  const file = new URL("../../src/make-folders.ts", import.meta.url).href;
  const script = `
    const { makeFolders, makeFoldersSync } = await import(${JSON.stringify(file)});
    try { makeFoldersSync("/proc/nope/a/b"); } catch (thrown) { console.log(thrown.code); }
    await makeFolders("/proc/nope/a/b").catch((thrown) => console.log(thrown.code));`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  expect(execFileSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 })).toBe("ENOENT\nENOENT\n");
});
