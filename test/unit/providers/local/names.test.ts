import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { isScratch, scratchName, templateName, toDatabase } from "../../../../src/providers/local/names.ts";
import { databaseName } from "../../../../src/identity/name.ts";

test("toDatabase changes a run's full name and keeps the name of a database", () => {
  expect(toDatabase("offshoot/o/r/run-1")).toBe(databaseName("offshoot/o/r/run-1"));
  expect(toDatabase(databaseName("offshoot/o/r/run-1"))).toBe(databaseName("offshoot/o/r/run-1"));
});

test("isScratch accepts scratch names only", () => {
  const name = scratchName();
  expect(name.length).toBeLessThanOrEqual(63);
  expect(isScratch(name)).toBe(true);
  expect(scratchName()).not.toBe(name);
  const last = name.at(-1) === "0" ? "1" : "0";
  const others = [`${name.slice(0, -1)}${last}`, `${name}0`, `x${name}`, "offshoot_scratch_", templateName("a".repeat(64))];
  expect(others.filter(isScratch)).toEqual([]);
});

test("no run's database has the name of a scratch database or a base", () => {
  assert(
    property(string(), (text) => {
      const names = [text, `scratch/${text}`, `scratch_${"a".repeat(16)}`, `template/${"0".repeat(16)}`].map((tail) =>
        databaseName(`offshoot/${tail}`),
      );
      expect(names.filter(isScratch)).toEqual([]);
      expect(names.filter((name) => /^offshoot_template_[0-9a-f]{16}$/.test(name))).toEqual([]);
    }),
  );
});
