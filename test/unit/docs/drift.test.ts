import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { settingSchema } from "../../../src/config/schema.ts";
import { parseSource, SOURCE_FORMS } from "../../../src/drift/source.ts";
import { normalisationsOf, type Switches } from "../../../src/drift/normalise/switches.ts";
import { DRIFT, renderDrift } from "../../support/readme.ts";

const page = readFileSync(DRIFT, "utf8");

test("its tables of sides and normalisations are those of the code: else run `npm run docs`", () => {
  expect(renderDrift(page)).toBe(page);
  for (const form of Object.keys(SOURCE_FORMS)) expect(page).toContain(form);
});

test("each side that its commands name is one", () => {
  const env = { PRODUCTION_URL: "postgresql://app@db.example.com/app" };
  const named = [...page.matchAll(/--(expected|actual) ([\w:@.-]+)/g)];
  expect(named.length).toBeGreaterThan(4);
  for (const [, flag = "", source = ""] of named) expect(() => parseSource(source, flag, env)).not.toThrow();
});

test("its configuration is one, and its names are names", () => {
  const [, block = ""] = /^```yaml\n(drift:[^]*?)^```/m.exec(page) ?? [];
  const { drift } = parse(block) as { drift: Switches };
  expect(
    settingSchema("drift.ignore").safeParse(drift.ignore).success && settingSchema("drift.compare").safeParse(drift.compare).success,
  ).toBe(true);
  expect(normalisationsOf(drift)).toMatchObject({ comments: true, columnOrder: false });
});
