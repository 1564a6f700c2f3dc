// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

/** Files larger than what is read of one message are among them. */
const MIGRATIONS: Readonly<Record<string, string>> = {
  "1_start": "create table large (a int, b text);\n",
  "2_many": `${Array.from({ length: 10_001 }, (_, at) => `insert into large values (${at},'text number ${at}');`).join("\n")}\ncreate index large_a on large (a);\n`,
  "3_rows": `insert into large values ${Array.from({ length: 200_000 }, (_, at) => `(${at},'n${at}')`).join(",")};\n`,
  "4_statement": `insert into large values (1,'${"x".repeat(3_600_000)}');\n`,
  "5_cut": `select 1; insert into large values (1,'${"x".repeat(5_000_000)}'); alter table large alter column a type bigint;\n`,
};

beforeAll(async () => {
  project = await makeProject({});
  await mkdir(join(project.directory, "migrations"));
  for (const [name, sql] of Object.entries(MIGRATIONS)) await project.write(`migrations/${name}.sql`, sql);
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
});

afterAll(() => project.remove());

test("migrations with large files keep their names, their files and the number of their statements", { timeout: 180_000 }, async () => {
  const { stdout } = await project.offshoot(["rehearse", "--json"]);
  const { migrations, statements, observation } = JSON.parse(stdout) as Rehearsal;
  expect(migrations.map(({ name, file, statements: count }) => [name, file, count])).toEqual([
    ["1_start", "migrations/1_start.sql", 1],
    ["2_many", "migrations/2_many.sql", 10_002],
    ["3_rows", "migrations/3_rows.sql", 1],
    ["4_statement", "migrations/4_statement.sql", 1],
    ["5_cut", "migrations/5_cut.sql", 3],
  ]);
  expect(statements.reduce((sum, { count }) => sum + count, 0)).toBe(10_008);
  expect(observation.limits.filter((each) => each.includes("only the start was read"))).toHaveLength(1);
});
