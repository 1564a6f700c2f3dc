import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
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

const posix = process.platform !== "win32";

test.runIf(posix).each(["migrations", "migrations/**/*.sql", "migrations/pipe.sql"])(
  "a pipe that `%s` matches is refused by its name",
  async (pattern) => {
    execFileSync("mkfifo", [join(directory, "migrations/pipe.sql")]);
    await expect(of([pattern])).rejects.toMatchObject({
      code: "MIGRATION_FILES_MISSING",
      message: `Could not read the migration file ${join(directory, "migrations/pipe.sql")}: it is a pipe (FIFO), not a regular file.`,
      remedy: expect.stringMatching(/^Remove the file, or exclude/),
    });
    expect(await of(["migrations", "!**/pipe.sql"])).toBe(await of(["migrations/0001.sql", "migrations/deep/0002.sql"]));
  },
);

test.runIf(posix)("a link to a device and a socket are refused by their names, and a broken link is not", async () => {
  await symlink("/dev/zero", join(directory, "migrations/zero.sql"));
  await expect(of(["migrations"])).rejects.toThrow("zero.sql: it is a device, not a regular file.");
  await rm(join(directory, "migrations/zero.sql"));
  const server = createServer().listen(join(directory, "migrations/socket"));
  await once(server, "listening");
  await expect(of(["migrations"])).rejects.toThrow("migrations/socket: it is a socket, not a regular file.");
  server.close();
});

test.runIf(posix)("a search through a loop of links ends, and gives the same fingerprint again", async () => {
  await symlink("..", join(directory, "migrations/deep/up"));
  await symlink("self", join(directory, "migrations/self"));
  expect(await of(["migrations"])).toBe(await of(["migrations"]));
});

test.runIf(posix)("a sparse file of 20 GB is refused before it is read, and 100 MB are hashed in little memory", async () => {
  execFileSync("truncate", ["--size=20G", join(directory, "migrations/huge.sql")]);
  await expect(of(["migrations"])).rejects.toThrow("huge.sql: it is larger than 4096 MiB.");
  execFileSync("truncate", ["--size=100M", join(directory, "migrations/huge.sql")]);
  const before = process.memoryUsage().arrayBuffers;
  expect(await of(["migrations"])).toMatch(/^[0-9a-f]{64}$/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(90 * 2 ** 20);
});

test("a search that follows a link to a large folder ends when the command is cancelled", async () => {
  await symlink("/", join(directory, "migrations/root"));
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 100);
  const search = fingerprintOf({ directory, files: ["migrations"], command: "up", signal: cancel.signal });
  await expect(search).rejects.toMatchObject({ code: "CANCELLED" });
});
