import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { settingSchema } from "../../../src/config/schema.ts";
import { parseSource, SOURCE_FORMS } from "../../../src/drift/source.ts";
import { normalisationsOf, type Switches } from "../../../src/drift/normalise/switches.ts";
import { DRIFT, renderDrift } from "../../support/readme.ts";

const page = readFileSync(DRIFT, "utf8");

test("the generated tables in docs/drift.md match the code; if not, run `npm run docs`", () => {
  expect(renderDrift(page)).toBe(page);
  for (const form of Object.keys(SOURCE_FORMS)) expect(page).toContain(form);
});

test("each side in the commands of docs/drift.md is a valid source", () => {
  const env = { PRODUCTION_URL: "postgresql://app@db.example.com/app" };
  const named = [...page.matchAll(/--(expected|actual) ([\w:@.-]+)/g)];
  expect(named.length).toBeGreaterThan(4);
  for (const [, flag = "", source = ""] of named) expect(() => parseSource(source, flag, env)).not.toThrow();
});

test("the configuration in docs/drift.md is valid, and its names are normalisations", () => {
  const [, block = ""] = /^```yaml\n(drift:[^]*?)^```/m.exec(page) ?? [];
  const { drift } = parse(block) as { drift: Switches };
  expect(
    settingSchema("drift.ignore").safeParse(drift.ignore).success && settingSchema("drift.compare").safeParse(drift.compare).success,
  ).toBe(true);
  expect(normalisationsOf(drift)).toMatchObject({ comments: true, columnOrder: false });
});
