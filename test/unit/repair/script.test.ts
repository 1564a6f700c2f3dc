import { expect, test } from "vitest";
import { renderRepair } from "../../../src/repair/script.ts";
import { harmless } from "../../../src/repair/script.ts";
import type { Step } from "../../../src/repair/step.ts";

const HEADING = { expected: "the migrations", actual: "Neon branch main", copy: "a branch of it", copyHasRows: true };

function step(sql: string, more: Partial<Step> = {}): Step {
  return { sql, kind: "table", object: "app.t", causes: ["table app.t"], ...more };
}

function rendered(steps: readonly Step[], allowDestructive = false): string {
  return renderRepair({ steps, unrepaired: [] }, HEADING, { allowDestructive });
}

/** The statements that would run. */
function statements(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("--"));
}

test("steps share a transaction, except those that cannot", () => {
  const text = rendered([step("one"), step("two"), step("three", { alone: true }), step("four")]);
  expect(statements(text)).toEqual([
    "set standard_conforming_strings = on;",
    "set search_path = '';",
    "set check_function_bodies = off;",
    "begin;",
    "one;",
    "two;",
    "commit;",
    "three;",
    "begin;",
    "four;",
    "commit;",
    "reset standard_conforming_strings;",
    "reset search_path;",
    "reset check_function_bodies;",
  ]);
});

test("a step that loses data is commented out with the reason, and so are steps that belong only to the same change", () => {
  const steps = [
    step("drop table if exists app.t", { destructive: "it drops the table's data" }),
    step("do $x$\nbegin\nend\n$x$", { causes: ["table app.t"] }),
    step("shared", { causes: ["table app.t", "view app.v"] }),
  ];
  expect(harmless(steps).map(({ sql }) => sql)).toEqual(["shared"]);
  const text = rendered(steps);
  expect(text).toContain("-- Loses data: it drops the table's data.\n-- drop table if exists app.t;\n");
  expect(text).toContain("-- do $x$\n-- begin\n-- end\n-- $x$;");
  expect(statements(text)).toContain("shared;");
  expect(statements(rendered(steps, true))).toContain("drop table if exists app.t;");
});

test("the header names both sides, the copy of the trial, and the changes that are not repaired", () => {
  const change = { change: "missing", kind: "column", object: "app.t.a", detail: "", differences: [] } as const;
  const text = renderRepair({ steps: [], unrepaired: [{ change, reason: "it needs a backfill" }] }, { ...HEADING, copyHasRows: false });
  expect(text).toMatch(/^-- Changes the schema of Neon branch main\n-- to that of the migrations\.\n/);
  expect(text).toContain("-- offshoot tested it: it ran twice on a branch of it.");
  expect(text).toContain("-- That copy had no rows");
  expect(text).toContain("-- - missing column app.t.a: it needs a backfill");
});

test("each step shows its object, lock and warning", () => {
  expect(rendered([step("alter", { lock: "ACCESS EXCLUSIVE", warning: "rewrites the table" })])).toContain(
    "-- table app.t (ACCESS EXCLUSIVE)\n-- Warning: rewrites the table.\nalter;",
  );
});

test.each(["\n", "\r", "\r\n"])("a name with a line break stays inside its comment", (lineBreak) => {
  const text = rendered([step(`drop table "a${lineBreak}one"`, { object: `app."a${lineBreak}two"`, destructive: "rows" })]);
  const running = text.split(/[\r\n]/).filter((line) => line !== "" && !line.startsWith("--"));
  expect(running).toEqual(expect.not.arrayContaining(['one";', 'two"']));
});

test("names the renames that only a person can decide", () => {
  const possibleRenames = ["alter table app.a rename to b", "alter table app.c rename to b"];
  const text = renderRepair({ steps: [], unrepaired: [], possibleRenames }, HEADING);
  expect(text).toContain("-- - alter table app.a rename to b\n-- - alter table app.c rename to b\n");
  expect(text).not.toMatch(/^alter/m);
});
