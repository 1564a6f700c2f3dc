import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import type { Project } from "../../../src/migration-tools/tool.ts";
import { withFiles } from "../../support/tools.ts";

const rails = async (
  files: Readonly<Record<string, string>>,
): Promise<{ readonly ids: readonly string[]; readonly files: readonly string[] }> =>
  withFiles({ "bin/rails": "", ...files }, async (repository) => {
    const project = await requireTool("rails", repository);
    return { ids: project.revisions.map(({ id }) => id), files: project.files };
  });

const TWO = { "db/migrate/1_a.rb": "", "db/more/2_b.rb": "" };
const BOTH = { ids: ["1", "2"], files: ["db/migrate/**", "db/more/**"] };

test.each([
  'config.paths["db/migrate"] << "db/more"',
  "config.paths['db/migrate'].concat(['db/more'])",
  'config.paths["db/migrate"].push Rails.root.join("db", "more")',
  'config.paths["db/migrate"] = ["db/migrate", "db/more"]',
  'config.paths["db/migrate"] = [\n      "db/migrate",\n      "db/more",\n    ]',
  'config.paths.add "db/migrate", with: ["db/migrate", "db/more"]',
])("Rails: every folder of the configuration counts: %s", async (line) => {
  expect(
    await rails({ ...TWO, "config/application.rb": `class App\n    ${line}\n    # config.paths["db/migrate"] << "db/old"\nend\n` }),
  ).toEqual(BOTH);
});

test("Rails: the folders of database.yml count", async () => {
  const yaml = "test:\n  primary:\n    migrations_paths: [db/migrate, db/more]\n";
  expect(await rails({ ...TWO, "config/database.yml": yaml })).toEqual(BOTH);
  expect(
    await rails({ ...TWO, "config/database.yml": yaml.replace("[db/migrate, db/more]", "\n      - db/migrate\n      - db/more") }),
  ).toEqual(BOTH);
});

test("Rails: an assignment replaces the default, and a comment does not count", async () => {
  const files = { ...TWO, "config/application.rb": 'config.paths["db/migrate"] = "db/more"\n' };
  expect(await rails(files)).toEqual({ ids: ["2"], files: ["db/more/**"] });
  expect(await rails({ ...TWO, "config/application.rb": '# config.paths["db/migrate"] << "db/more"\n' })).toEqual({
    ids: ["1"],
    files: ["db/migrate/**"],
  });
});

test("Rails: the migrations that an engine of the repository appends count", async () => {
  const engine =
    'initializer :append_migrations do |app|\n app.config.paths["db/migrate"].concat(config.paths["db/migrate"].expanded)\nend\n';
  const files = { "db/migrate/1_a.rb": "", "engines/billing/db/migrate/2_b.rb": "", "engines/billing/lib/billing/engine.rb": engine };
  expect(await rails(files)).toEqual({ ids: ["1", "2"], files: ["db/migrate/**", "engines/billing/db/migrate/**"] });
  expect((await rails({ ...files, "engines/billing/lib/billing/engine.rb": "class Engine\nend\n" })).ids).toEqual(["1"]);
});

test.each<[string, Readonly<Record<string, string>>]>([
  [".env", { ".env": 'A=1\nDBMATE_MIGRATIONS_TABLE="app.versions"\nDBMATE_MIGRATIONS_DIR=./steps\n' }],
  ["a script", { "package.json": '{"scripts": {"m": "dbmate --migrations-table app.versions -d ./steps up"}}' }],
])("dbmate: its version table and its folder are read from %s", async (_, settings) => {
  await withFiles({ "steps/1_a.sql": "-- migrate:up\n", ...settings }, async (repository) => {
    const project = await requireTool("dbmate", repository);
    expect(project.versionTable).toMatchObject({ tables: ["app.versions"], name: "app.versions" });
    expect(project.command).toBe("dbmate --no-dump-schema -d steps --migrations-table app.versions migrate");
  });
});

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

const JOURNAL = JSON.stringify({ entries: [{ idx: 0, tag: "0000_a", when: 1 }] });
const DRIZZLE = { "drizzle.config.ts": "export default {};", "drizzle/meta/_journal.json": JOURNAL };

test("Drizzle: a migration that the journal does not name is in a note", async () => {
  const files = { ...DRIZZLE, "drizzle/0000_a.sql": "", "drizzle/0001_b.sql": "" };
  await withFiles(files, async (repository) => {
    const { leaves } = await requireTool("drizzle", repository);
    expect(leaves).toBe(
      "drizzle/0001_b.sql is not in drizzle/meta/_journal.json, so drizzle-kit did not run it. Generate such a migration again, or add it to the journal.",
    );
  });
  await withFiles({ ...DRIZZLE, "drizzle/0000_a.sql": "" }, async (repository) => {
    expect((await requireTool("drizzle", repository)).leaves).toBeUndefined();
  });
});

test("Drizzle: a file that the journal names and that does not exist is an error", async () => {
  await expect(withFiles(DRIZZLE, (repository) => requireTool("drizzle", repository))).rejects.toMatchObject({
    code: "MIGRATION_FILES_MISSING",
    message: "drizzle/0000_a.sql does not exist, and the journal of Drizzle names it.",
  });
});
