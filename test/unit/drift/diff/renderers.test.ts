import { expect, test } from "vitest";
import type { Change } from "../../../../src/drift/change.ts";
import { renderSchemaDiff } from "../../../../src/drift/diff/renderers.ts";
import { schemaChanges } from "../../../../src/drift/diff/from-comparison.ts";
import type { SchemaDiff } from "../../../../src/drift/diff/schema-diff.ts";

const changes: readonly Change[] = [
  { change: "missing", kind: "table", object: "app.note", detail: "id, text", differences: [] },
  { change: "extra", kind: "column", object: "app.person.nick", detail: "text", differences: [] },
  {
    change: "different",
    kind: "column",
    object: "app.person.id",
    detail: "",
    differences: [
      { property: "type", expected: "bigint", actual: "integer" },
      { property: "nullable", expected: "no", actual: "yes" },
      { property: "default", expected: "0", actual: undefined },
    ],
  },
  {
    change: "different",
    kind: "comment",
    object: "table app.person",
    detail: "",
    differences: [{ property: "text", expected: "the secret 4711", actual: "old" }],
  },
  { change: "missing", kind: "comment", object: "table app.note", detail: "the secret 4711", differences: [] },
  {
    change: "different",
    kind: "view",
    object: "app.all_people",
    detail: "",
    differences: [{ property: "definition", expected: "SELECT 1\n".repeat(90), actual: "SELECT 2" }],
  },
];
const diff = (list: readonly Change[], warnings: readonly string[] = []): SchemaDiff => ({
  version: 1,
  command: "diff",
  before: "a branch of main",
  after: "the same after the pending migrations",
  changes: schemaChanges(list),
  warnings,
});

test("says in words what was removed, changed and added, and not the texts of comments", () => {
  expect(renderSchemaDiff(diff(changes), "text")).toBe(`before  a branch of main
after   the same after the pending migrations

REMOVED
  column app.person.nick: text

CHANGED
  column app.person.id: type: integer → bigint; does not accept NULL any more; default added: 0
  comment table app.person: text changed
  view app.all_people: definition changed

ADDED
  table app.note: id, text
  comment table app.note

2 added, 3 changed, 1 removed
`);
});

test("writes names and SQL as code in Markdown", () => {
  const markdown = renderSchemaDiff(diff(changes), "markdown");
  expect(markdown).toContain("- column `app.person.id`: type: `integer` → `bigint`; does not accept NULL any more; default added: `0`");
  expect(renderSchemaDiff(diff(changes), "json") + markdown).not.toContain("4711");
});

test("is empty when nothing changed, except in JSON", () => {
  expect(["text", "markdown"].map((format) => renderSchemaDiff(diff([]), format as "text"))).toEqual(["", ""]);
  expect(JSON.parse(renderSchemaDiff(diff([]), "json"))).toMatchObject({ version: 1, changes: [] });
  expect(renderSchemaDiff(diff([], ["Not all was compared."]), "text")).toContain("Not all was compared.");
});

test("says that a rename is shown as two changes", () => {
  const renamed: readonly Change[] = ["missing", "extra"].map((change) => ({
    change: change as "missing",
    kind: "column",
    object: `app.person.${change}`,
    detail: "text",
    differences: [],
  }));
  expect(renderSchemaDiff(diff(renamed), "text")).toContain("A renamed object is shown as removed and added.");
  expect(renderSchemaDiff(diff(changes), "text")).not.toContain("renamed");
});

test("leaves out what does not fit on a page, and counts it", () => {
  const many = Array.from({ length: 2000 }, (_, at): Change => ({
    change: "missing",
    kind: "table",
    object: `app.t${at}`,
    detail: "id",
    differences: [],
  }));
  const markdown = renderSchemaDiff(diff(many), "markdown");
  expect(Buffer.byteLength(markdown)).toBeLessThan(30_001);
  const shown = markdown.match(/^- table/gm)?.length ?? 0;
  expect(markdown).toContain(`_${2000 - shown} more did not fit here.`);
});
