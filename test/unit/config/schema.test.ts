import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { FIELDS, keysBelow } from "../../../src/config/fields.ts";
import { parseConfiguration } from "../../../src/config/file.ts";
import type { ValueKind } from "../../../src/config/kind-values.ts";
import { fileSchema, jsonSchema } from "../../../src/config/schema.ts";
import { NORMALISATION_CHOICES, PROVIDER_CHOICES, REQUIRED_STEP_CHOICES, TOOL_CHOICES } from "../../../src/config/settings.ts";
import { rehearsalJsonSchema } from "../../support/rehearsal-schema.ts";
import { SAMPLES, documentWith } from "./samples.ts";

const schema = jsonSchema();
const schemaInCode = fileSchema();
const ajv = new Ajv({ strict: false });
addFormats.default(ajv);
const acceptedByEditors = ajv.compile(schema);
const complaints = (document: unknown): string => (acceptedByEditors(document) ? "" : ajv.errorsText(acceptedByEditors.errors));

const line = fc
  .string({ minLength: 1, unit: fc.constantFrom("a", "Z", "0", " ", ":", "#", "'", '"', "-", "é", "{", "%", "*") })
  .filter((text) => text.trim() !== "");
const duration = fc.tuple(fc.integer({ min: 1, max: 23 }), fc.constantFrom("m", "h")).map(([amount, unit]) => `${amount + 1}${unit}`);

/** Valid values of each kind, in the form used in the file. */
const VALID: Readonly<Record<ValueKind, fc.Arbitrary<unknown>>> = {
  provider: fc.oneof(fc.constantFrom("auto", ...PROVIDER_CHOICES), fc.uniqueArray(fc.constantFrom(...PROVIDER_CHOICES), { minLength: 1 })),
  scope: fc.constantFrom("run", "pull-request"),
  severity: fc.constantFrom("error", "warning", "info"),
  neonSslMode: fc.constantFrom("verify-full", "verify-ca", "require"),
  fence: fc.constantFrom("auto", "require", "off"),
  outbound: fc.constantFrom("refuse", "disable", "allow"),
  tool: fc.constantFrom(...TOOL_CHOICES),
  duration,
  major: fc.constantFrom(14, 15, 16, 17, 18),
  boolean: fc.boolean(),
  size: fc.integer({ min: 1, max: 200 }).map((quarters) => quarters / 4),
  count: fc.nat({ max: 1000 }),
  bytes: fc.tuple(fc.nat({ max: 9999 }), fc.constantFrom("MB", "GB")).map(([amount, unit]) => `${amount}${unit}`),
  text: line,
  command: fc.oneof(line, fc.constant("one &&\n  two\n")),
  path: line,
  image: fc.constantFrom("postgres:17", "ghcr.io/a/b:c"),
  moment: fc.oneof(
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-01-01") }).map((date) => date.toISOString()),
    fc.constant("0/1A2B"),
  ),
  databaseName: fc.tuple(fc.domain(), fc.constantFrom("", ":5432", "/app")).map((parts) => parts.join("")),
  apiUrl: fc.webUrl(),
  postgresUrl: fc.domain().map((host) => `postgresql://user:pass%20word@${host}:5432/app`),
  list: fc.oneof(line, fc.array(line, { maxLength: 3 })),
  normalisations: fc.oneof(
    fc.constantFrom(...NORMALISATION_CHOICES),
    fc.array(fc.constantFrom(...NORMALISATION_CHOICES), { maxLength: 3 }),
  ),
  requiredSteps: fc.oneof(fc.constantFrom(...REQUIRED_STEP_CHOICES), fc.array(fc.constantFrom(...REQUIRED_STEP_CHOICES), { maxLength: 3 })),
  variables: fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,5}$/), fc.string({ unit: fc.constantFrom("a", "\n", "=", " ", "é") }), {
    maxKeys: 3,
  }),
  maskingRules: fc.array(
    fc
      .record({
        database_name: line,
        schema_name: line,
        table_name: line,
        column_name: line,
        mask: fc.constantFrom("masking_function", "masking_value"),
      })
      .map(({ mask, ...place }) => ({ ...place, [mask]: "anon.fake_email()" })),
    { maxLength: 2 },
  ),
  limit: fc.oneof(duration, fc.constantFrom("0s", "0ms", "0m0s")),
  limitSeverities: fc.dictionary(
    fc.constantFrom("blockedReads", "blockedWrites", "duration", "rewrite"),
    fc.constantFrom("error", "warning", "info"),
    { maxKeys: 4 },
  ),
  tableLimits: fc.dictionary(
    fc.constantFrom("a", "app.orders", "Ä ö"),
    fc
      .record(
        {
          blockedReads: fc.constantFrom("0s", "2s"),
          blockedWrites: duration,
          rewrite: fc.constantFrom("0MB", "2GB"),
          reason: line,
          until: fc.constantFrom("2026-12-31"),
        },
        { requiredKeys: ["reason"] },
      )
      .filter((each) => ["blockedReads", "blockedWrites", "rewrite"].some((key) => key in each)),
    { maxKeys: 2 },
  ),
  sweepRules: fc.array(
    fc.record(
      {
        match: fc.constantFrom("preview/pr-*", "ci-*-x*", "old branch"),
        olderThan: fc.constantFrom("30d", "12h"),
        expireIn: fc.constantFrom("2d"),
        repository: fc.constantFrom("acme/shop"),
        reason: fc.constantFrom("left by the preview job"),
      },
      { requiredKeys: ["match", "olderThan", "reason"] },
    ),
    { maxLength: 2 },
  ),
  steps: fc.uniqueArray(
    fc.oneof(
      fc.record(
        { name: line, tool: fc.constantFrom(...TOOL_CHOICES.filter((tool) => tool !== "none")), folder: line },
        { requiredKeys: ["name"] },
      ),
      fc.record(
        { name: line, command: line, directory: line, files: fc.array(line, { maxLength: 2 }) },
        { requiredKeys: ["name", "command"] },
      ),
    ),
    { minLength: 1, maxLength: 4, selector: ({ name }) => name },
  ),
};

const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom(
    "neon",
    "2h",
    "1h30m",
    "90",
    "0s",
    "18",
    18,
    0.25,
    true,
    null,
    "main",
    "0/16B",
    "https://h",
    "postgres://h/d",
    ["neon", "docker"],
    { A: "b" },
  ),
);

/** Documents with known and unknown keys, and with valid and invalid values. */
const anyDocument = fc
  .uniqueArray(
    fc.tuple(
      fc.oneof(
        fc.constantFrom(...FIELDS.map(({ path }) => path), "neon", "neon.compute", "migrations"),
        fc.constantFrom("ttll", "neon.projct", "timeouts.x"),
      ),
      anyValue,
    ),
    {
      selector: ([path]) => path,
      maxLength: 4,
    },
  )
  .map((entries) => merge(entries));

function merge(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return entries.reduce<Record<string, unknown>>((document, [path, value]) => mergeOne(document, documentWith(path, value)), {});
}

function mergeOne(into: Record<string, unknown>, from: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...into };
  for (const [key, value] of Object.entries(from)) {
    const present = merged[key];
    merged[key] = isRecord(present) && isRecord(value) ? mergeOne(present, value) : value;
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

describe("the JSON Schema", () => {
  test("in schema/ is up to date (otherwise run `npm run schema`)", async () => {
    const shipped = await readFile(new URL("../../../schema/offshoot.schema.json", import.meta.url), "utf8");
    expect(shipped).toBe(`${JSON.stringify(schema, undefined, 2)}\n`);
    const rehearsal = await readFile(new URL("../../../schema/rehearsal.schema.json", import.meta.url), "utf8");
    expect(rehearsal).toBe(rehearsalJsonSchema());
  });

  test("describes every setting, and no other key", () => {
    for (const { path, description } of FIELDS) {
      const [first, ...rest] = path.split(".");
      expect(JSON.stringify(dig(schema, [first ?? "", ...rest]))).toContain(JSON.stringify(description));
    }
    expect(Object.keys(schema["properties"] as object)).toEqual(keysBelow(""));
  });

  test.each(FIELDS.flatMap(({ path, kind }) => SAMPLES[kind].map(({ input }) => [path, input] as const)))(
    "accepts %s: %j",
    (path, input) => {
      expect(acceptedByEditors(documentWith(path, input))).toBe(true);
    },
  );
});

/** YAML with quoted strings. The library does not read back block scalars that contain only spaces. */
function quoted(document: unknown): string {
  return stringify(document, { defaultStringType: "QUOTE_DOUBLE" });
}

describe("the reader of the file, the schema in the code and the JSON Schema", () => {
  test("accept the same valid documents, and keep their values unchanged", async () => {
    const fields = FIELDS.map(({ path, kind }) => VALID[kind].map((value) => [path, value] as const));
    const chosen = fc.shuffledSubarray(fields, { maxLength: 8 }).chain((some) => fc.tuple(...some));
    await fc.assert(
      fc.asyncProperty(chosen, async (entries) => {
        const document = merge(entries);
        const { entries: read, problems } = await parseConfiguration(quoted(document), "f");
        expect(problems).toEqual([]);
        expect(Object.fromEntries([...read].map(([path, { input }]) => [path, input]))).toEqual(Object.fromEntries(entries));
        expect(schemaInCode.safeParse(document).success).toBe(true);
        expect(complaints(document)).toBe("");
      }),
    );
  });

  test("reject the same invalid documents", async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument, async (document) => {
        const { problems } = await parseConfiguration(quoted(document), "f");
        const accepted = problems.length === 0;
        expect({ problems, accepted }).toEqual({ problems, accepted: schemaInCode.safeParse(document).success });
        // JSON Schema cannot check limits of durations and parts of URLs. It must at least accept what the reader accepts.
        expect(accepted ? complaints(document) : "").toBe("");
      }),
      { numRuns: 300 },
    );
  });

  test("report problems for any text, and never crash", async () => {
    const text = fc.string({
      unit: fc.constantFrom("a", ":", " ", "\n", "\t", "-", "[", "]", "{", "}", "&", "*", "!", "'", '"', "#", "?", "|", "neon", "ttl"),
    });
    await fc.assert(
      fc.asyncProperty(text, async (anything) => {
        const { problems } = await parseConfiguration(anything, "f");
        for (const problem of problems) expect(problem).toMatch(/^f:\d+: ./);
      }),
      { numRuns: 500 },
    );
  });
});

function dig(node: unknown, [key, ...rest]: readonly string[]): unknown {
  const { properties, anyOf } = node as { properties?: Record<string, unknown>; anyOf?: readonly unknown[] };
  if (key === undefined) return node;
  return properties === undefined ? dig(anyOf?.[0], [key, ...rest]) : dig(properties[key], rest);
}
