import { expect, test } from "vitest";
import { detectTools, requireTool } from "../../../src/migration-tools/detect.ts";
import type { Project } from "../../../src/migration-tools/tool.ts";
import { withFiles } from "../../support/tools.ts";

const plain = (...names: readonly string[]): Promise<Project> =>
  withFiles(Object.fromEntries(names.map((name) => [`migrations/${name}`, "create table a ();"])), (repository) =>
    requireTool("sql", repository),
  );

test("plain SQL: files with `.SQL` alone are found by the patterns of the fingerprint", async () => {
  expect((await plain("001_shop.SQL")).files).toEqual(["migrations/**/*.SQL"]);
  expect((await plain("001_shop.sql")).files).toEqual(["migrations/**/*.sql"]);
});

test("plain SQL: a note names two files whose numbers have another order than their names", async () => {
  expect((await plain("1_a.sql", "2_b.sql", "10_c.sql")).leaves).toContain("so 10_c came before 1_a.");
  expect((await plain("01_a.sql", "02_b.sql", "10_c.sql")).leaves).toBeUndefined();
  expect((await plain("20240101_a.sql", "20250101_b.sql", "extra.sql")).leaves).toBeUndefined();
});

test.each([
  [{ "db:migrate": "node scripts/migrate.mjs" }, 'the script "db:migrate" of package.json did not run'],
  [{ migrate: "offshoot migrate" }, undefined],
  [{ test: "vitest" }, undefined],
])("plain SQL: a note names a script that migrates, of %j", async (scripts, note) => {
  const { leaves } = await withFiles(
    { "migrations/1_a.sql": "select 1;", "package.json": JSON.stringify({ scripts }) },
    async (repository) => {
      const [project] = await detectTools(repository);
      return { leaves: project?.leaves };
    },
  );
  expect(leaves ?? "").toContain(note ?? "");
  expect(leaves === undefined).toBe(note === undefined);
});
