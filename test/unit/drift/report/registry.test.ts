import { describe, expect, test } from "vitest";
import type { Change } from "../../../../src/drift/change.ts";
import { REPORTS } from "../../../../src/drift/report/registry.ts";

const BODY = ["CREATE FUNCTION app.total(p bigint)", " RETURNS numeric", "AS $$", "select 1", "$$"];

const CHANGES: readonly Change[] = [
  { change: "extra", kind: "index", object: "app.odd|name", detail: "CREATE INDEX", differences: [] },
  { change: "missing", kind: "column", object: "app.users.email", detail: "text not null", differences: [] },
  {
    change: "different",
    kind: "function",
    object: "app.total(bigint)",
    detail: "body: SHA-256 a expected, SHA-256 b found",
    differences: [{ property: "body", expected: "SHA-256 a", actual: "SHA-256 b" }],
    definition: { expected: BODY.join("\n"), actual: BODY.join("\n").replace("select 1", "select 2") },
  },
  {
    change: "different",
    kind: "column",
    object: "app.users.id",
    detail: "type: bigint expected, integer found; default: none expected, 7 found",
    differences: [
      { property: "type", expected: "bigint", actual: "integer" },
      { property: "default", expected: undefined, actual: "7" },
    ],
  },
  {
    change: "different",
    kind: "view",
    object: "app.v",
    detail: "definition: SELECT 1\n  WHERE true expected, SELECT 2\n  WHERE true found",
    differences: [{ property: "definition", expected: "SELECT 1\n  WHERE true", actual: "SELECT 2\n  WHERE true" }],
  },
];

const compared = {
  changes: CHANGES,
  expected: "the migrations, PostgreSQL 18",
  actual: "Neon branch main, PostgreSQL 17",
  warnings: [],
  repairable: true,
};
const none = { ...compared, changes: [] };

describe("as text", () => {
  test("says in words, worst first, what differs, then shows it as a diff, and what can be done", () => {
    expect(REPORTS.text(compared)).toBe(`expected  the migrations, PostgreSQL 18
actual    Neon branch main, PostgreSQL 17

MISSING: EXPECTED, AND NOT THERE
  column app.users.email: text not null

DIFFERENT
  function app.total(bigint)
    body: as the diff shows
  column app.users.id
    type: bigint expected, integer found
    default: none expected, 7 found
  view app.v
    definition: as the diff shows

EXTRA: THERE, AND NOT EXPECTED
  index app.odd|name: CREATE INDEX

AS A DIFF
--- actual: Neon branch main, PostgreSQL 17
+++ expected: the migrations, PostgreSQL 18
@@ index app.odd|name @@
-CREATE INDEX
@@ column app.users.email @@
+text not null
@@ function app.total(bigint) @@
 CREATE FUNCTION app.total(p bigint)
  RETURNS numeric
 AS $$
-select 2
+select 1
 $$
@@ column app.users.id @@
-type: integer
+type: bigint
-default: 7
@@ view app.v @@
 definition:
-  SELECT 2
+  SELECT 1
     WHERE true

1 missing, 3 different, 1 extra
to do:
  Where the expected side is right, bring the actual one to it: \`--repair FILE\` writes the SQL, proved on a copy.
  Where the actual side is right, put what it has into a migration.
  What may differ for good is left out with --ignore, or drift.ignore in offshoot.yaml.
`);
  });

  test("advises no repair that would be refused", () => {
    expect(REPORTS.text({ ...compared, repairable: false })).toContain(
      "between two schemas, and no spec, `--repair FILE` writes the SQL.\n",
    );
  });

  test("says that all is well where it is", () => {
    expect(REPORTS.text(none)).toBe(
      "expected  the migrations, PostgreSQL 18\nactual    Neon branch main, PostgreSQL 17\n\nThe schemas agree.\n",
    );
  });

  test("tells what limits the comparison, before anything else", () => {
    expect(REPORTS.text({ ...none, warnings: ["The majors differ."] })).toContain(
      "PostgreSQL 17\nwarning   The majors differ.\n\nThe schemas",
    );
  });

  test("paints headings by their sort, and the diff by its signs", () => {
    const painted = REPORTS.text(compared, (what, text) => `<${what}>${text}`);
    expect(painted).toContain("<missing>MISSING: EXPECTED, AND NOT THERE");
    expect(painted).toContain("<hunk>@@ column app.users.id @@\n<removed>-type: integer\n<added>+type: bigint");
    expect(painted).toContain("<context> AS $$");
  });
});

describe("as Markdown", () => {
  test("says what differs, worst first, with the diff folded away", () => {
    const page = REPORTS.markdown({ ...compared, warnings: ["The majors differ."] });
    expect(page).toMatch(
      /^❌ \*\*Schema drift\*\*: 1 missing, 3 different, 1 extra\n\n- expected: the migrations, PostgreSQL 18\n- actual: /,
    );
    expect(page).toContain("- ⚠️ The majors differ.\n");
    expect(page).toContain("\n**Missing: expected, and not there**\n\n- column `app.users.email`: `text not null`\n\n**Different**\n");
    expect(page).toContain("- view `app.v`: `definition: SELECT 1 WHERE true expected, SELECT 2 WHERE true found`\n");
    expect(page).toContain("<details><summary>As a diff</summary>\n\n```diff\n--- actual: Neon branch main, PostgreSQL 17\n");
    expect(page).toMatch(/\n```\n\n<\/details>\n\n- Where the expected side is right/);
  });

  test("takes no name for markup, and no text out of its fence", () => {
    const wild: Change = { change: "missing", kind: "comment", object: "app.`x`", detail: "a ``` fence\nand @you", differences: [] };
    const page = REPORTS.markdown({ ...compared, actual: "Neon branch <b>[x](y)", changes: [wild] });
    expect(page).toContain(String.raw`- actual: Neon branch \<b\>\[x\](y)`);
    expect(page).toContain("- comment `` app.`x` ``: ```` a ``` fence and @you ````\n");
    expect(page).toContain("````diff\n");
  });

  test.each([500, 5_000])("fits where it has to, with %d changes, and says what was left out", (number) => {
    const many = Array.from({ length: number }, (_, at): Change => ({ ...(CHANGES[1] as Change), object: `app.t${at}.c` }));
    const page = REPORTS.markdown({ ...compared, changes: many });
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(30_000);
    const shown = [...page.matchAll(/^- column/gm)].length;
    expect(page).toContain(shown === number ? "**Missing" : `_${number - shown} more did not fit here._`);
    expect(page).toContain("_The diff did not fit here: `offshoot drift` shows it._");
  });

  test("says that all is well where it is", () => {
    expect(REPORTS.markdown(none)).toBe(
      "✅ **Schema drift**: none\n\n- expected: the migrations, PostgreSQL 18\n- actual: Neon branch main, PostgreSQL 17\n",
    );
  });
});

test("as JSON, all that is known stands in one line", () => {
  expect(JSON.parse(REPORTS.json(compared))).toEqual(JSON.parse(JSON.stringify(compared)));
  expect(REPORTS.json(compared).split("\n")).toHaveLength(2);
});
