import { expect, test } from "vitest";
import type { SchemaChange } from "../../../src/drift/diff/schema-change.ts";
import { withoutMadeNames, withRole } from "../../../src/rehearsal/shown-schema.ts";

const added = (object: string, detail: string): SchemaChange => ({ change: "added", kind: "column", object, detail, properties: [] });

test("a name of the schema before is shown whole, also with control characters, quotes and blanks", () => {
  const names = ['c"x', "a\u0001\u001B[31mred", "Order Items", "zwei\nZeilen", "a\u202Eb"];
  const before = { tables: names.map((name) => ({ id: `public."${name.replaceAll('"', '""')}"` })) };
  const known = { files: [], statements: [], before, given: ["integer", "public", "u"], throughBroker: true };
  const changes = [...before.tables.map(({ id }) => added(`${id}.u`, "integer")), added('public."of a row".u', "integer")];
  expect(withoutMadeNames(changes, known).map(({ object }) => object)).toEqual([
    ...before.tables.map(({ id }) => `${id}.u`),
    'public."…".u',
  ]);
});

test("the role of a copy is shown as the role that it replaces", () => {
  const change = added("public.t.p", "select offshoot_restricted_8fda (using (true))");
  expect(withRole([change], { own: "offshoot_restricted_8fda", original: "app" })[0]?.detail).toBe("select app (using (true))");
  expect(withRole([change], { own: "offshoot_restricted_8fda", original: "My app" })[0]?.detail).toBe('select "My app" (using (true))');
});
