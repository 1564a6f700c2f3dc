import { describe, expect, test } from "vitest";
import { FIELDS, fieldAt, flagOf, keysBelow, variablesOf } from "../../../src/config/fields.ts";
import type { Field } from "../../../src/config/fields.ts";
import { configurationTable } from "../../../src/config/table.ts";

const fieldsOf = (path: string): Field => fieldAt(path) ?? expect.fail(path);

describe("the table of settings", () => {
  test("derives variables and flags from the key", () => {
    expect(variablesOf(fieldsOf("neon.parentAt"))).toEqual(["OFFSHOOT_NEON_PARENT_AT"]);
    expect(variablesOf(fieldsOf("neon.project"))).toEqual(["OFFSHOOT_NEON_PROJECT", "NEON_PROJECT_ID"]);
    expect(flagOf(fieldsOf("neon.compute.min"))).toBe("--neon-compute-min");
  });

  test("gives no variable and no flag to two settings", () => {
    for (const names of [FIELDS.flatMap((field) => variablesOf(field)), FIELDS.map((field) => flagOf(field))]) {
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("knows the keys of each section once", () => {
    expect(keysBelow("neon.compute")).toEqual(["neon.compute.min", "neon.compute.max", "neon.compute.suspend"]);
    expect(keysBelow("").filter((key) => key === "neon")).toEqual(["neon"]);
    expect(keysBelow("ttl")).toEqual([]);
  });
});

describe("configurationTable", () => {
  const lines = configurationTable().split("\n");

  test("has one row for each setting, of four cells", () => {
    expect(lines).toHaveLength(FIELDS.length + 2);
    for (const line of lines) expect(line.split(/(?<!\\)\|/)).toHaveLength(6);
  });

  test("shows key, variables, default and meaning", () => {
    expect(lines[0]).toBe("| Key | Environment | Default | Meaning |");
    expect(lines).toContain(
      "| `timeouts.lease` | `OFFSHOOT_TIMEOUTS_LEASE` | `15s` | Silence after which a migrating job counts as dead. |",
    );
    expect(lines).toContain("| `neon.project` | `OFFSHOOT_NEON_PROJECT`, `NEON_PROJECT_ID` | none | Id of the Neon project. |");
  });
});
