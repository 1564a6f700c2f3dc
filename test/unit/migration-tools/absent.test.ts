import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { absentIn } from "../../../src/migration-tools/absent.ts";
import { repositoryIn } from "../../../src/migration-tools/repository.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-absent-"));
  await mkdir(join(folder, "db/Migrations"), { recursive: true });
  await writeFile(join(folder, "db/Migrations/1.sql"), "");
  await writeFile(join(folder, "manage.py"), "");
  await symlink("nowhere", join(folder, "broken"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["a file that is there", "manage.py", false],
  ["a file of the folder itself", "./manage.py", false],
  ["a file in a folder", "db/Migrations/1.sql", false],
  ["a folder with a slash at its end", "db/", false],
  ["the folder itself", ".", false],
  ["a broken link", "broken", false],
  ["a name in other case, which some file systems ignore", "DB/migrations/1.SQL", false],
  ["a file outside of the folder", "../other", false],
  ["an absolute path", "/other", false],
  ["a name outside of ASCII", "café", false],
  ["a path below a file", "manage.py/1.sql", false],
  ["a file that is not there", "manage.rb", true],
  ["a file in a folder that is not there", "prisma/schema/schema.prisma", true],
  ["a file that is not in its folder", "db/Migrations/2.sql", true],
  ["a file of the folder, by a way through another one", "prisma/../mix.exs", true],
])("whether %s is certainly absent", async (_, path, expected) => {
  expect(await absentIn(folder)(path)).toBe(expected);
});

test("a repository reads what is there, and nothing of what is absent", async () => {
  const repository = repositoryIn(folder);
  expect(await repository.read("manage.py")).toBe("");
  expect(await repository.read("manage.py/1.sql")).toBeUndefined();
  expect(await repository.read("prisma/schema.prisma")).toBeUndefined();
  expect(await repository.first("mix.exs", "db/Migrations")).toBe("db/Migrations");
  expect(await repository.list("prisma/migrations")).toEqual([]);
  expect(await repository.walk("db")).toEqual(["db/Migrations/1.sql"]);
});
