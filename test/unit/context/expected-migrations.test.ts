import { expect, test } from "vitest";
import { prepare } from "../../../src/context/context.ts";
import { expectMigrations } from "../../../src/context/expected-migrations.ts";
import type { Event } from "../../../src/events.ts";
import { withFiles } from "../../support/tools.ts";

async function expected(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return withFiles(files, async ({ directory }) => {
    const events: Event[] = [];
    await expectMigrations(await prepare({ cwd: directory, env: { OFFSHOOT_RUN: "x" }, onEvent: (event) => events.push(event) }));
    return events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
  });
}

test("a repository without any sign of migrations is reported in one line", async () => {
  expect(await expected({ "package.json": '{"scripts": {"test": "vitest"}}', "migrations/.gitkeep": "" })).toEqual([
    "no migrations were found: the database is empty, or a copy of its parent",
  ]);
});

test.each([
  [
    'the script "db:migrate" in package.json',
    "Set migrations.command in offshoot.yaml to run it, such as `npm run db:migrate`",
    { "package.json": '{"scripts": {"db:migrate": "node up.js"}}' },
  ],
  ["the package drizzle-kit", "Set migrations.folder in offshoot.yaml", { "package.json": '{"devDependencies": {"drizzle-kit": "1"}}' }],
  ["the folder db/migrate", "Set migrations.command in offshoot.yaml", { "db/migrate/1_a.rb": "" }],
  ["sql in backend", "Set migrations.directory to backend in offshoot.yaml.", { "backend/migrations/1.sql": "select 1" }],
])("%s without a known migration tool is an error that names the setting", async (sign, setting, files) => {
  await expect(expected(files as Record<string, string>)).rejects.toMatchObject({ remedy: expect.stringContaining(setting) });
  await expect(expected(files as Record<string, string>)).rejects.toMatchObject({
    code: "COMMAND_MISSING",
    message: expect.stringContaining(`but it has ${sign}.`),
    remedy: expect.stringContaining("migrations.tool to none"),
  });
});

test.each([
  ["a configured command", "migrations: { command: ./up }\n"],
  ["the tool none", "migrations: { tool: none }\n"],
])("with %s nothing is expected", async (_, yaml) => {
  expect(await expected({ "offshoot.yaml": yaml, "db/migrate/1_a.rb": "" })).toEqual([]);
});
