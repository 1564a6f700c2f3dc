import * as fc from "fast-check";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { parseFile } from "../../../src/config/file.ts";
import { configurationText, settingLines } from "../../../src/init/configuration.ts";
import { scalar } from "../../../src/init/scalar.ts";
import { BARE, LEDGER, SHOP } from "./repositories.ts";

test("any text survives as a scalar", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: "binary-ascii" }), fc.constantFrom("a: b", "a #b", "on", "1", "~", "-", "a:")),
      (text) => {
        expect(parse(`key: ${scalar(text)}\nnext: 1`)).toEqual({ key: text, next: 1 });
        expect(parse(`- run: ${scalar(text)}\n- 1`)).toEqual([{ run: text }, 1]);
      },
    ),
  );
});

test.each([
  ["npm test -- --shard=1/4", "npm test -- --shard=1/4"],
  ["./script", "./script"],
  ["on", '"on"'],
  ["1.20", '"1.20"'],
  ["echo 'a: b'", `"echo 'a: b'"`],
])("%s is written %s", (text, written) => {
  expect(scalar(text)).toBe(written);
});

test.each([
  ["a detected tool", SHOP, { "migrations.tool": "node-pg-migrate" }],
  [
    "a tool that was asked for",
    { ...SHOP, given: { "migrations.tool": "node-pg-migrate", "migrations.folder": "db" } },
    { "migrations.tool": "node-pg-migrate", "migrations.folder": "db" },
  ],
  [
    "a command that was asked for",
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
  ["nothing", BARE, {}],
])("with %s the text is one that the loader takes, with those settings and no others", async (_about, facts, settings) => {
  const { entries, problems } = await parseFile(configurationText(facts), "offshoot.yaml");
  expect(problems).toEqual([]);
  expect(Object.fromEntries([...entries].map(([path, { input }]) => [path, input]))).toEqual(settings);
});

test("where nothing migrates the file shows how to name it, and that is valid, too", async () => {
  const text = configurationText(BARE);
  expect(text).toContain("# migrations:");
  const filled = text.replaceAll(/^# ((?:migrations:| {2}).*)$/gm, "$1");
  const { entries, problems } = await parseFile(filled, "offshoot.yaml");
  expect([problems, [...entries.keys()]]).toEqual([[], ["migrations.command", "migrations.files"]]);
});

test("the schema is the installed one, or a public one where nothing is installed", () => {
  expect(configurationText(SHOP).split("\n")[0]).toBe(
    "# yaml-language-server: $schema=./node_modules/offshoot/schema/offshoot.schema.json",
  );
  expect(configurationText(LEDGER).split("\n")[0]).toMatch(
    /^# yaml-language-server: \$schema=https:\/\/.*offshoot@0\.1\/schema\/offshoot\.schema\.json$/,
  );
});

test("settings are nested by their key paths, in the order in which they came", () => {
  expect(settingLines({ "neon.parent": "main", ttl: "2h", "neon.compute.min": 1 })).toEqual([
    "neon:",
    "  parent: main",
    "  compute:",
    "    min: 1",
    "ttl: 2h",
  ]);
});
