import * as fc from "fast-check";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { scalar, settingLines } from "../../../src/init/yaml.ts";

test("a scalar of any text is read back as the same text", () => {
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
])("the text %s is written as %s", (text, written) => {
  expect(scalar(text)).toBe(written);
});

test("settings are written as nested sections, in the given order", () => {
  expect(settingLines({ "neon.parent": "main", ttl: "2h", "neon.compute.min": 1 })).toEqual([
    "neon:",
    "  parent: main",
    "  compute:",
    "    min: 1",
    "ttl: 2h",
  ]);
});
