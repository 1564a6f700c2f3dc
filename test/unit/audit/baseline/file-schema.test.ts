import Ajv2020 from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { baselineJsonSchema } from "../../../../src/audit/baseline/file-schema.ts";
import { parseBaseline } from "../../../../src/audit/baseline/parse.ts";

test("the JSON Schema in the package is the schema that the baseline is read with", async () => {
  const file = "../../../../schema/audit.baseline.schema.json";
  await expect(`${JSON.stringify(baselineJsonSchema(), undefined, 2)}\n`).toMatchFileSnapshot(file);
});

const validate = new Ajv2020.default({ allowUnionTypes: true, strict: false }).compile(baselineJsonSchema());
const ENTRY = "object: a.b, kind: table, code: missing, severity: error, since: 2026-11-29, reason: old";

test.each([
  ["version: 1\naccepted: []", true],
  [`version: 1\naccepted: [{ ${ENTRY} }]`, true],
  [`version: 1\naccepted: [{ ${ENTRY}, detail: x }]`, true],
  ["version: 1", false],
  ["accepted: []", false],
  [`version: 1\naccepted: [{ ${ENTRY}, until: 2026-11-29 }]`, false],
  ["version: 1\naccepted: [{ object: a.b }]", false],
  [`version: 1\naccepted: [{ ${ENTRY.replace("2026-11-29", "yesterday")} }]`, false],
  [`version: 1\naccepted: [{ ${ENTRY.replace("missing", "mising")} }]`, false],
])("the JSON Schema and the command agree about %j", (text, good) => {
  expect(validate(parse(text))).toBe(good);
  expect(accepts(text)).toBe(good);
});

function accepts(text: string): boolean {
  try {
    parseBaseline(text, "b.yaml");
    return true;
  } catch {
    return false;
  }
}
