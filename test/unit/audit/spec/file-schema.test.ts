import Ajv2020 from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { specJsonSchema } from "../../../../src/audit/spec/file-schema.ts";

test("the JSON Schema in the package is the schema that the spec is read with", async () => {
  await expect(`${JSON.stringify(specJsonSchema(), undefined, 2)}\n`).toMatchFileSnapshot("../../../../schema/schema.audit.schema.json");
});

const validate = new Ajv2020.default({ allowUnionTypes: true, strict: false }).compile(specJsonSchema());

test.each([
  ["version: 1", true],
  ["version: 1\nschemas: { app: { mode: exactly, tables: { users: { columns: { id: bigint, n: { default: 0 } } } } } }", true],
  ["version: 1\nschemas: { app: { tables: [users], functions: { f: ['(bigint)'] } } }", true],
  ["version: 2", false],
  ["version: 1\nschemas: { app: { tabels: [users] } }", false],
])("the JSON Schema and the command agree about %j", (text, good) => {
  expect(validate(parse(text))).toBe(good);
});
