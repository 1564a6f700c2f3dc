import { describe, expect, test } from "vitest";
import { failureOf, loadText as load } from "./scratch.ts";

const LIST =
  "migrations:\n  - tool: drizzle\n  - tool: payload\n    directory: apps/web\n  - command: npx prisma db seed\n    seed: once\n";

const messageOf = async (text: string): Promise<string> => (await failureOf(load(text))).message;

describe("a list of steps", () => {
  test("is read with a name for each step, and without the settings of a single one", async () => {
    const { settings } = await load(LIST);
    expect(settings.migrations).toMatchObject({ tool: undefined, command: undefined, files: [] });
    expect(settings.migrations.steps?.map(({ name, tool, directory, seed }) => [name, tool, directory, seed])).toEqual([
      ["drizzle", "drizzle", undefined, undefined],
      ["payload", "payload", "apps/web", undefined],
      ["seed", undefined, undefined, "once"],
    ]);
  });

  test("can be the key `steps` of the section, beside the settings of all steps", async () => {
    const { settings, values } = await load(
      "migrations:\n  fence: off\n  env: { A: '1' }\n  steps: [{ tool: knex }, { name: more, command: make more }]\n",
    );
    expect(settings.migrations).toMatchObject({ fence: "off", env: { A: "1" }, steps: [{ name: "knex" }, { name: "more" }] });
    expect(values["migrations.steps"]).toBe("knex, more");
  });

  test("is not used when a stronger source sets a tool or a command", async () => {
    const { settings, sources } = await load(LIST, { flags: { "migrations.command": "make migrate" } });
    expect(settings.migrations).toMatchObject({ command: "make migrate", steps: undefined });
    expect(sources["migrations.steps"]).toEqual({ from: "flag", where: "--set migrations.command" });
  });

  test("can come from a variable, as JSON", async () => {
    const { settings } = await load("migrations: { tool: knex }\n", {
      env: { OFFSHOOT_MIGRATIONS_STEPS: '[{"tool":"sql"},{"tool":"knex"}]' },
    });
    expect(settings.migrations).toMatchObject({ tool: undefined, steps: [{ name: "sql" }, { name: "knex" }] });
  });
});

test("a single set of keys, an empty section and no section are what they were", async () => {
  for (const text of ["migrations: { tool: knex, files: [a] }\n", "migrations:\n", "ttl: 1h\n"]) {
    expect((await load(text)).settings.migrations.steps).toBeUndefined();
  }
});

test.each([
  ["migrations: []\n", "offshoot.yaml:1: migrations is not valid; expected a list of steps, each with `tool` or `command`"],
  ["migrations:\n  - tool: knex\n  - seed: once\n", "offshoot.yaml:3: migrations: step 2 is not valid; expected a list of steps"],
  ["migrations:\n  - tool: knex\n    seed: once\n", "offshoot.yaml:2: migrations: step 1 is not valid; expected a list of steps"],
  ["migrations:\n  - tool: knex\n  - tool: none\n", "offshoot.yaml:3: migrations: step 2 (tool) is not valid; expected a list of steps"],
  ["migrations:\n  - tool: knex\n  - tool: knex\n", 'two steps of migrations have the name "knex"; give each its own `name`'],
  ["migrations: [{ command: make seed, seed: once }]\n", "the first step of migrations is a seed"],
  [
    "migrations: { files: [a], steps: [{ tool: knex }] }\n",
    "offshoot.yaml:1: migrations.files cannot be used together with a list of steps; write it in a step",
  ],
  [
    "migrations: { tool: sql, steps: [{ tool: knex }] }\n",
    "offshoot.yaml:1: migrations.tool cannot be used together with a list of steps; write it in a step",
  ],
])("%j is an error that shows how to correct it", async (text, message) => {
  expect(await messageOf(text)).toContain(message);
});
