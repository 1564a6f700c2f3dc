import { describe, expect, test } from "vitest";
import { menu } from "../../../src/cli/menu.ts";
import { FIELDS, fieldAt, keysBelow, variablesOf } from "../../../src/config/fields.ts";
import type { Field } from "../../../src/config/field.ts";
import { flagOf } from "../../../src/config/sources.ts";
import { configurationTable } from "../../support/readme.ts";

const fieldsOf = (path: string): Field => fieldAt(path) ?? expect.fail(path);

describe("the table of settings", () => {
  test("derives the names of variables and flags from the key", () => {
    expect(variablesOf(fieldsOf("neon.parentAt"))).toEqual(["OFFSHOOT_NEON_PARENT_AT"]);
    expect(variablesOf(fieldsOf("neon.project"))).toEqual(["OFFSHOOT_NEON_PROJECT", "NEON_PROJECT_ID"]);
    expect(flagOf(fieldsOf("neon.compute.min"))).toBe("--set neon.compute.min");
    expect(flagOf(fieldsOf("ttl"))).toBe("--ttl");
  });

  test("names only flags that every command with settings has", () => {
    const program = menu(() => Promise.reject(new Error("no command is called")));
    const commands = program.commands.filter((command) => !["check", "completion"].includes(command.name()));
    for (const command of commands) {
      const flags = command.options.map(({ long }) => long);
      expect(FIELDS.map((field) => flagOf(field).split(" ")[0]).filter((flag) => flag !== undefined && !flags.includes(flag))).toEqual([]);
    }
  });

  test("gives each variable and each flag to one setting only", () => {
    for (const names of [FIELDS.flatMap((field) => variablesOf(field)), FIELDS.map((field) => flagOf(field))]) {
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("lists each key of a section once", () => {
    expect(keysBelow("neon.compute")).toEqual(["neon.compute.min", "neon.compute.max", "neon.compute.suspend"]);
    expect(keysBelow("").filter((key) => key === "neon")).toEqual(["neon"]);
    expect(keysBelow("ttl")).toEqual([]);
  });
});

describe("configurationTable", () => {
  const lines = configurationTable().split("\n");

  test("has one row with four cells for each setting", () => {
    expect(lines).toHaveLength(FIELDS.length + 2);
    for (const line of lines) expect(line.split(/(?<!\\)\|/)).toHaveLength(6);
  });

  test("shows the key, the variables, the default and the meaning", () => {
    expect(lines[0]).toBe("| Key | Environment | Default | Meaning |");
    expect(lines).toContain(
      "| `timeouts.lease` | `OFFSHOOT_TIMEOUTS_LEASE` | `15s` | Time without a heartbeat after which a migrating job counts as dead. |",
    );
    expect(lines).toContain("| `neon.project` | `OFFSHOOT_NEON_PROJECT`, `NEON_PROJECT_ID` | none | Id of the Neon project. |");
  });
});
