import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIELDS } from "../../../src/config/fields.ts";
import { settingSchema } from "../../../src/config/schema.ts";
import type { Field } from "../../../src/config/field.ts";
import { VALUE_FORMATS } from "../../../src/config/value-formats.ts";
import { wrongPart } from "../../../src/config/wrong-part.ts";
import { SAMPLES } from "./samples.ts";

/** Values that are nearly right, of any kind. */
const NEAR: readonly unknown[] = [
  Object.values(SAMPLES).flatMap((samples) => samples.flatMap(({ input, text }) => [input, text])),
  ["2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "0000-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T23:59:59.1+23:59"],
  ["2026-1-1T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00z"],
  ["2026-13-01T00:00:00Z", "", " ", "\n", "a\0", "a\u0085b", "-rm", "0/", "0/123456789"],
  ["24d1ms", "1h1m1s1ms", "1ms1s", "1.5h", "0", "0ms", "99999999d", "1TB", "0MB", "1234567MB"],
  ["http://", "https://h", "HTTP://h", "postgres://u:p%4@h/d", "postgresql:///d", "postgres://[::1]:5/d"],
  [0, -0, 0.24, 0.25, 1e300, 2 ** 53, 14, 17, 19, "17", -1, Number.NaN, Number.POSITIVE_INFINITY, true, null, undefined, 10n],
  ["0s", "0ms", "0d0h", "00s", "s", "0x"],
  [
    { duration: "warning" },
    { duration: "none" },
    { other: "error" },
    { a: { reason: "x", until: "2026-13-01" } },
    { a: { reason: "x", blockedReads: "0s" } },
  ],
  [
    { a: { blockedReads: "0s" } },
    { a: { reason: "x", more: "1s" } },
    { a: { reason: "x", rewrite: "5" } },
    { "": { reason: "x" } },
    { a: [] },
  ],
  [[], [[]], ["neon", "neon"], ["auto"], ["neon", "auto"], ["a", 1], ["a", ""], ["all"]],
  [{}, { A: "x" }, { "1": "x" }, { a: 1 }, { a: "\0" }, new Map(), new Date(0), Object.create(null)],
].flat();

describe.each(FIELDS.map((field: Field) => [field.path, field] as const))("%s", (_, field) => {
  const judge = settingSchema(field.path as (typeof FIELDS)[number]["path"]);
  const agrees = (input: unknown): boolean => (wrongPart(field, input) === undefined) === judge.safeParse(input).success;

  test("accepts the same values as the schema for editors", () => {
    expect(NEAR.filter((input) => !agrees(input))).toEqual([]);
    const choices = VALUE_FORMATS[field.kind].choices ?? [];
    const words = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom(...choices, "auto", "all", "x"));
    const edited = fc.tuple(fc.constantFrom(...NEAR.filter((value) => typeof value === "string")), fc.nat(40), fc.string({ maxLength: 2 }));
    const values = fc.oneof(
      words,
      edited.map(([text, at, change]) => text.slice(0, at) + change + text.slice(at + 1)),
      fc.array(words, { maxLength: 3 }),
      fc.double(),
      fc.dictionary(fc.string({ maxLength: 3 }), fc.oneof(fc.string(), fc.integer()), { maxKeys: 2 }),
    );
    fc.assert(fc.property(values, agrees), { numRuns: 60, seed: 15 });
  });

  test("accepts the default", () => {
    if (field.default === undefined) return;
    expect(wrongPart(field, VALUE_FORMATS[field.kind].fromText?.(field.default) ?? field.default)).toBeUndefined();
  });
});
