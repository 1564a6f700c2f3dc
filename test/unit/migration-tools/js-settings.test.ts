import { expect, test } from "vitest";
import { jsSetting } from "../../../src/migration-tools/js-settings.ts";

test.each<[text: string, value: unknown]>([
  ['module.exports = { migrations: { tableName: "log" } }', "log"],
  ["export default { development: { migrations: { tableName: 'log' } }, production: { migrations: { tableName: 'log' } } }", "log"],
  ['{ a: { migrations: { tableName: "one" } }, b: { migrations: { tableName: "two" } } }', { computed: true }],
  ["{ migrations: { tableName: process.env.TABLE } }", { computed: true }],
  ['{ migrations: { tableName: process.env.TABLE ?? "log" } }', { computed: true }],
  ['{ migrations: { tableName: "a" + b } }', { computed: true }],
  ["{ migrations: { tableName: `log_${stage}` } }", { computed: true }],
  ['{ migrations: { directory: "db" } }', undefined],
  ['{ migrations: {\n  // tableName: "old",\n  tableName: "log", // the log\n} }', "log"],
  ['{ seeds: { tableName: "log" } }', undefined],
])("of %j, the setting is %j", (text, value) => {
  expect(jsSetting(text, "migrations", "tableName")).toEqual(value);
});
