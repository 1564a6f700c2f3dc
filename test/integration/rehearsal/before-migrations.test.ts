// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/001_start.sql", "create table person (id int primary key);\n");
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\nrehearse: true\n");
});
afterAll(() => project.remove());

const SLOW = { timeout: 120_000 };

test("rehearses the migrations once before they run, and waiting jobs wait for that too", SLOW, async () => {
  const [one, other] = await Promise.all([project.offshoot(["up", "--migrate"]), project.offshoot(["up", "--migrate"])]);
  expect([one.code, other.code]).toEqual([0, 0]);
  expect(
    (one.stderr + other.stderr).match(/the migrations run on an empty database \(embedded\); nothing was judged on rows/g),
  ).toHaveLength(1);
  const again = await project.offshoot(["migrate"]);
  expect(again.stderr).toContain("had already run in this database, so this job did not rehearse them");
  await project.offshoot(["down"]);
});

test("runs nothing when a limit is exceeded, and every job ends with 10", SLOW, async () => {
  await project.write("migrations/002_change.sql", "select pg_sleep(0.4);\n");
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\nrehearse:\n  beforeMigrations: true\n  duration: 100ms\n");
  const [one, other] = await Promise.all([project.offshoot(["run", "--", "true"]), project.offshoot(["run", "--", "true"])]);
  expect([one.code, other.code]).toEqual([10, 10]);
  expect([one.stderr, other.stderr]).toEqual(
    Array.from({ length: 2 }, () => expect.stringContaining("The rehearsal of the migrations failed, so they did not run")),
  );
  expect(one.stderr + other.stderr).toContain("migration-slow");
  expect(JSON.parse((await project.offshoot(["list", "--json"])).stdout)).toEqual([]);
});

test("a flag rehearses too", SLOW, async () => {
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\nrehearse:\n  duration: 100ms\n");
  const { code, stderr } = await project.offshoot(["run", "--rehearse", "--", "true"]);
  expect([code, stderr]).toEqual([10, expect.stringContaining("did not run")]);
  expect((await project.offshoot(["run", "--", "true"])).code).toBe(0);
});
