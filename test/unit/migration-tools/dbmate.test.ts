import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { withFiles } from "../../support/tools.ts";

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
