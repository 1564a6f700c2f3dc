import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fingerprintOf } from "../../../src/readiness/fingerprint.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "offshoot-fingerprint-"));
  await put("migrations/0001.sql", "create table a ();");
  await put("migrations/deep/0002.sql", "create table b ();");
});
afterEach(() => rm(directory, { recursive: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), text);
}
const of = (files: readonly string[], command = "migrate up"): Promise<string> => fingerprintOf({ directory, files, command });

test("a fingerprint is the same for a folder, its glob, and its files in any order", async () => {
  const folder = await of(["migrations"]);
  expect(folder).toMatch(/^[0-9a-f]{64}$/);
  expect(await of(["migrations/**/*.sql"])).toBe(folder);
  expect(await of(["./migrations/deep/0002.sql", "migrations/0001.sql"])).toBe(folder);
  expect(await of(["migrations/*.sql", "migrations/**/*.sql"])).toBe(folder);
});

test("a fingerprint is the same in every folder", async () => {
  const before = await of(["migrations"]);
  const elsewhere = await mkdtemp(join(tmpdir(), "offshoot-fingerprint-"));
  await mkdir(join(elsewhere, "migrations/deep"), { recursive: true });
  await writeFile(join(elsewhere, "migrations/0001.sql"), "create table a ();");
  await writeFile(join(elsewhere, "migrations/deep/0002.sql"), "create table b ();");
  expect(await fingerprintOf({ directory: elsewhere, files: ["migrations"], command: "migrate up" })).toBe(before);
  await rm(elsewhere, { recursive: true });
});

test.each<{ what: string; change: () => Promise<void> }>([
  { what: "a byte", change: () => put("migrations/0001.sql", "create table A ();") },
  { what: "a new file", change: () => put("migrations/0003.sql", "") },
  { what: "a new hidden file", change: () => put("migrations/.revision", "") },
  {
    what: "a moved file",
    change: async () => {
      await rm(join(directory, "migrations/deep"), { recursive: true });
      await put("migrations/0002.sql", "create table b ();");
    },
  },
])("a fingerprint changes with $what", async ({ change }) => {
  const before = await of(["migrations"]);
  await change();
  expect(await of(["migrations"])).not.toBe(before);
});

test("a fingerprint changes with the command, the tool and the tool's version", async () => {
  const base = { directory, files: ["migrations"], command: "up" };
  const all = [base, { ...base, command: "up!" }, { ...base, tool: "alembic" }, { ...base, tool: "alembic", toolVersion: "1.8" }];
  expect(new Set(await Promise.all(all.map(fingerprintOf))).size).toBe(4);
});

test("a fingerprint ignores files that tools create, and excluded files", async () => {
  const before = await of(["migrations", "!**/*.md"]);
  await put("migrations/__pycache__/0001.cpython-311.pyc", "bytes");
  await put("migrations/notes.md", "text");
  expect(await of(["migrations", "!**/*.md"])).toBe(before);
});

test("a fingerprint accepts a file name with glob characters", async () => {
  await put("migrations/[id].sql", "select 1;");
  const before = await of(["migrations/[id].sql"]);
  await put("migrations/[id].sql", "select 2;");
  expect(await of(["migrations/[id].sql"])).not.toBe(before);
});

test("a fingerprint depends only on the command when no files are given", async () => {
  expect(await of([], "a")).not.toBe(await of([], "b"));
});

test("a pattern without a matching file is an error, even beside a pattern that matches", async () => {
  await expect(of(["migrations", "migrate/*.sql"])).rejects.toMatchObject({
    code: "MIGRATION_FILES_MISSING",
    message: "No migration file matches `migrate/*.sql`.",
  });
});
