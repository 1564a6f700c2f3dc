import { expect, test } from "vitest";
import { parseConfiguration } from "../../../src/config/file.ts";
import { configurationText } from "../../../src/init/configuration.ts";
import { planInit } from "../../../src/init/plan.ts";
import { BARE, ACCOUNTING, manifest, SHOP, withTexts } from "./repositories.ts";

test.each([
  ["a detected tool", SHOP, { "migrations.tool": "node-pg-migrate" }],
  [
    "a tool from the options",
    { ...SHOP, given: { "migrations.tool": "node-pg-migrate", "migrations.folder": "db" } },
    { "migrations.tool": "node-pg-migrate", "migrations.folder": "db" },
  ],
  [
    "a command from the options",
    {
      ...BARE,
      migrations: { from: "settings" } as const,
      given: { "migrations.command": "make 'a: b'", "migrations.files": ["db/**", "*.sql"] },
    },
    { "migrations.command": "make 'a: b'", "migrations.files": ["db/**", "*.sql"] },
  ],
  [
    "lists, numbers and maps",
    { ...BARE, given: { provider: ["neon", "docker"], postgres: 17, "neon.schemaOnly": true, "migrations.env": { A: "1", B: "x\ny" } } },
    { provider: ["neon", "docker"], postgres: 17, "neon.schemaOnly": true, "migrations.env": { A: "1", B: "x\ny" } },
  ],
  ["no settings", BARE, {}],
])("with %s, the written file is valid and contains these settings only", async (_about, facts, settings) => {
  const { entries, problems } = await parseConfiguration(configurationText(facts), "offshoot.yaml");
  expect(problems).toEqual([]);
  expect(Object.fromEntries([...entries].map(([path, { input }]) => [path, input]))).toEqual(settings);
});

test("without a migration tool, the file contains a commented example that is valid", async () => {
  const text = configurationText(BARE);
  expect(text).toContain("# migrations:");
  const filled = text.replaceAll(/^# ((?:migrations:| {2}).*)$/gm, "$1");
  const { entries, problems } = await parseConfiguration(filled, "offshoot.yaml");
  expect([problems, [...entries.keys()]]).toEqual([[], ["migrations.command", "migrations.files"]]);
});

test.each([
  ["migrate", {}, "npm run migrate"],
  ["db:migrate", { "pnpm-lock.yaml": "" }, "pnpm run db:migrate"],
  ["migration:run", { "yarn.lock": "" }, "yarn run migration:run"],
  ["prisma:migrate:deploy", {}, "npm run prisma:migrate:deploy"],
])("without a migration tool, the script %s of package.json is offered as the command", async (script, locks, command) => {
  const facts = withTexts(BARE, { "package.json": manifest({ scripts: { build: "tsc", [script]: "node migrate.js" } }), ...locks });
  const filled = configurationText(facts).replaceAll(/^# ((?:migrations:| {2}).*)$/gm, "$1");
  const { entries } = await parseConfiguration(filled, "offshoot.yaml");
  expect(entries.get("migrations.command")?.value).toBe(command);
  expect(planInit(facts, "none").notes).toContainEqual(expect.stringContaining(`package.json has a script: \`${command}\``));
});

test.each(["migrate:create", "migration:generate", "premigrate", "migrate:down", "migrations-lint"])(
  "the script %s of package.json does not migrate",
  (script) => {
    expect(configurationText(withTexts(BARE, { "package.json": manifest({ scripts: { [script]: "x" } }) }))).toContain("make migrate");
  },
);

test("the file refers to the installed JSON Schema, or to the one on a CDN if there is no package.json", () => {
  expect(configurationText(SHOP).split("\n")[0]).toBe(
    "# yaml-language-server: $schema=./node_modules/offshoot/schema/offshoot.schema.json",
  );
  expect(configurationText(ACCOUNTING).split("\n")[0]).toMatch(
    /^# yaml-language-server: \$schema=https:\/\/.*offshoot@0\.1\/schema\/offshoot\.schema\.json$/,
  );
});

test("the command of a known package is offered where no migrations were found", () => {
  const facts = {
    ...BARE,
    migrations: { from: "nothing", below: [], sign: { text: "the package @mikro-orm/migrations", command: "npx mikro-orm migration:up" } },
  } as const;
  expect(configurationText(facts)).toContain("#   command: npx mikro-orm migration:up\n");
});

const PLAIN = { ...SHOP, migrations: { from: "tool", tool: "sql", evidence: "db/migrations/001.sql" } as const };

test("beside plain SQL files, a script of package.json that migrates is offered in comments and in a note", async () => {
  const facts = withTexts(PLAIN, { "package.json": manifest({ scripts: { "db:migrate": "node scripts/migrate.mjs" } }) });
  const text = configurationText(facts);
  expect((await parseConfiguration(text, "offshoot.yaml")).entries.get("migrations.tool")?.value).toBe("sql");
  const filled = text.replace(/^migrations:\n {2}.*\n/m, "").replaceAll(/^# ((?:migrations:| {2}).*)$/gm, "$1");
  const { entries, problems } = await parseConfiguration(filled, "offshoot.yaml");
  expect(problems).toEqual([]);
  expect([entries.get("migrations.command")?.value, entries.get("migrations.files")?.value]).toEqual([
    "npm run db:migrate",
    ["db/migrations/**"],
  ]);
  expect(planInit(facts, "none").notes).toContainEqual(expect.stringContaining("If `npm run db:migrate` is what applies them"));
});

test("beside plain SQL files without such a script, nothing is offered", () => {
  const facts = withTexts(PLAIN, { "package.json": manifest({ scripts: { test: "vitest" } }) });
  expect(configurationText(facts)).not.toContain("# migrations:");
});

test("what shows that there are migrations is in the comments and in the note", async () => {
  const sign = { text: "the folder services/api/sql", files: "services/api/sql/**" };
  const facts = { ...BARE, migrations: { from: "nothing", below: [], sign } } as const;
  const filled = configurationText(facts).replaceAll(/^# ((?:migrations:| {2}).*)$/gm, "$1");
  expect((await parseConfiguration(filled, "offshoot.yaml")).entries.get("migrations.files")?.value).toEqual(["services/api/sql/**"]);
  expect(planInit(facts, "none").notes).toContainEqual(expect.stringContaining("there is the folder services/api/sql."));
});
