import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { noteOfIgnored } from "../../../src/migration-tools/ignored-files.ts";
import { withFiles } from "../../support/tools.ts";

const GOOSE = "-- +goose Up\nselect 1;\n";
const LIQUIBASE = "--liquibase formatted sql\n--changeset ada:1\nselect 1;\n";
const RAILS = { "bin/rails": "" };

test.each<[tool: string, files: Readonly<Record<string, string>>, ignored: readonly string[]]>([
  [
    "flyway",
    { "sql/V1__a.sql": "", "sql/V2_b.sql": "", "sql/v3__c.sql": "", "sql/4__d.sql": "" },
    ["sql/4__d.sql", "sql/V2_b.sql", "sql/v3__c.sql"],
  ],
  ["flyway", { "sql/V1__a.sql": "", "sql/R__view.sql": "", "sql/afterMigrate.sql": "", "sql/U1__a.sql": "", "sql/V1.1__b.sql": "" }, []],
  ["golang-migrate", { "migrations/1_a.up.sql": "", "migrations/1_a.down.sql": "", "migrations/2_b.sql": "" }, ["migrations/2_b.sql"]],
  ["goose", { "migrations/1_a.sql": GOOSE, "migrations/b.sql": GOOSE, "migrations/2_c.go": "" }, ["migrations/b.sql"]],
  [
    "dbmate",
    { "db/migrations/1_a.sql": "-- migrate:up\n", "db/migrations/b.sql": "", "db/migrations/.2.sql": "" },
    ["db/migrations/b.sql"],
  ],
  ["rails", { ...RAILS, "db/migrate/1_a.rb": "", "db/migrate/b.rb": "", "db/migrate/README.md": "" }, ["db/migrate/b.rb"]],
  [
    "supabase",
    { "supabase/config.toml": "", "supabase/migrations/1_a.sql": "", "supabase/migrations/1-b.sql": "" },
    ["supabase/migrations/1-b.sql"],
  ],
  [
    "sqitch",
    { "sqitch.plan": "%project=a\n\na 2024-01-01T00:00:00Z A <a@b> # a\n", "deploy/a.sql": "", "deploy/a@v1.sql": "", "deploy/b.sql": "" },
    ["deploy/b.sql"],
  ],
  [
    "liquibase",
    {
      "db/changelog/db.changelog-master.yaml": "databaseChangeLog:\n  - include: { file: db/changelog/a.sql }\n",
      "db/changelog/a.sql": LIQUIBASE,
      "db/changelog/b.sql": LIQUIBASE,
      "db/changelog/data.json": "{}",
    },
    ["db/changelog/b.sql"],
  ],
  [
    "liquibase",
    {
      "db/changelog/db.changelog-master.yaml": "databaseChangeLog:\n  - include: { file: db/changelog/a.sql }\n",
      "db/changelog/a.sql": LIQUIBASE,
      "db/changelog/b.sql": LIQUIBASE,
      "db/changelog/test.yaml": "databaseChangeLog:\n  - include: { file: db/changelog/b.sql }\n",
    },
    [],
  ],
])("%s: the note names the files that it does not run, in %j", (tool, files, ignored) =>
  withFiles(files, async (repository) => {
    const { leaves } = await requireTool(tool, repository);
    expect(leaves?.replace(/ (?:was|were) not run, because .*$/, "")).toBe(ignored.length === 0 ? undefined : ignored.join(", "));
  }),
);

test("a note of many files names the first ones", () => {
  expect(noteOfIgnored(["1", "2", "3", "4", "5"], "goose", "runs others")).toEqual({
    leaves: "1, 2, 3 and 2 more were not run, because goose runs others.",
  });
});
