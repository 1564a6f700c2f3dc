import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RENDERERS } from "../../../src/findings/report/renderers.ts";
import { CODES } from "../../../src/audit/codes.ts";
import { specJsonSchema } from "../../../src/audit/spec/file-schema.ts";
import { NAMED_KINDS } from "../../../src/audit/spec/entry.ts";
import { parseBaseline } from "../../../src/audit/baseline/parse.ts";
import { parseSpec } from "../../../src/audit/spec/parse.ts";
import { parseConfiguration } from "../../../src/config/file.ts";

const page = readFileSync(new URL("../../../docs/audit.md", import.meta.url), "utf8");
const blocks = (kind: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`yaml ${kind}\n([^]*?)^\`\`\`$`, "gm"))].map(([, block = ""]) => block);

test("each spec in docs/audit.md is valid", () => {
  expect(blocks("spec").length).toBeGreaterThan(5);
  for (const spec of blocks("spec")) expect(() => parseSpec(spec, "docs/audit.md")).not.toThrow();
});

test("each configuration and each baseline in docs/audit.md is valid", async () => {
  expect(blocks("config").length).toBe(2);
  for (const config of blocks("config")) expect(await parseConfiguration(config, "offshoot.yaml")).toMatchObject({ problems: [] });
  const [baseline = ""] = blocks("baseline");
  expect(parseBaseline(baseline, "docs/audit.md").accepted).toHaveLength(1);
});

test("docs/audit.md lists every report format, and its commands use existing ones", () => {
  const [, reports = ""] = page.split("## Reports");
  expect([...reports.matchAll(/^\| `([\w-]+)` \| .* \|$/gm)].map(([, format = ""]) => format)).toEqual(Object.keys(RENDERERS));
  const used = [...page.matchAll(/--report ([\w-]+)/g)].map(([, format = ""]) => format).filter((format) => format !== "FORMAT");
  expect(used.filter((format) => !(format in RENDERERS))).toEqual([]);
});

test("docs/audit.md names every section of a spec and every kind of naming rule", () => {
  const { properties } = specJsonSchema() as { properties: Record<string, unknown> };
  const words = [...Object.keys(properties), ...NAMED_KINDS, "columns", "constraints", "indexes", "triggers", "policies", "rules"];
  expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(page))).toEqual([]);
});

test("the codes in docs/audit.md exist", () => {
  const codes = [...page.matchAll(/\b(?:code|check): ([\w-]+)/g)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(1);
  expect(codes.filter((code) => !(code in CODES))).toEqual([]);
});
