import { describe, expect, test } from "vitest";
import type { Change } from "../../../../src/drift/change.ts";
import { renderDrift } from "../../../../src/drift/report/renderers.ts";

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
  test("shows the changes in groups, the most harmful first, then a diff and what to do", () => {
    expect(renderDrift(compared, "text")).toBe(`expected  the migrations, PostgreSQL 18
actual    Neon branch main, PostgreSQL 17

MISSING: EXPECTED, BUT NOT FOUND
  column app.users.email: text not null

DIFFERENT
  function app.total(bigint)
    body: see the diff
  column app.users.id
    type: bigint expected, integer found
    default: none expected, 7 found
  view app.v
    definition: see the diff

EXTRA: FOUND, BUT NOT EXPECTED
  index app.odd|name: CREATE INDEX

DIFF
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
  If the expected side is right, change the actual side: \`--repair FILE\` writes the SQL, tested on a copy.
  If the actual side is right, add its changes to a migration.
  To accept a difference, ignore it with --ignore, or with drift.ignore in offshoot.yaml.
`);
  });

  test("does not advise a repair that would be refused", () => {
    expect(renderDrift({ ...compared, repairable: false }, "text")).toContain(
      "`--repair FILE` writes the SQL when neither side is a spec.\n",
    );
  });

  test("says that the schemas are equal", () => {
    expect(renderDrift(none, "text")).toBe(
      "expected  the migrations, PostgreSQL 18\nactual    Neon branch main, PostgreSQL 17\n\nThe schemas are equal.\n",
    );
  });

  test("shows the limits of the comparison first", () => {
    expect(renderDrift({ ...none, warnings: ["The majors differ."] }, "text")).toContain(
      "PostgreSQL 17\nwarning   The majors differ.\n\nThe schemas",
    );
  });

  test("paints headings by their severity, and the lines of the diff by their signs", () => {
    const painted = renderDrift(compared, "text", { paint: (style, text) => `<${style}>${text}` });
    expect(painted).toContain("<error>MISSING: EXPECTED, BUT NOT FOUND");
    expect(painted).toContain("<hunk>@@ column app.users.id @@\n<removed>-type: integer\n<added>+type: bigint");
    expect(painted).toContain("\n AS $$");
  });
});

describe("as Markdown", () => {
  test("shows what differs, the most harmful first, with a folded diff", () => {
    const page = renderDrift({ ...compared, warnings: ["The majors differ."] }, "markdown");
    expect(page).toMatch(
      /^❌ \*\*Schema drift\*\*: 1 missing, 3 different, 1 extra\n\n- expected: the migrations, PostgreSQL 18\n- actual: /,
    );
    expect(page).toContain("- ⚠️ The majors differ.\n");
    expect(page).toContain("\n**Missing: expected, but not found**\n\n- column `app.users.email`: `text not null`\n\n**Different**\n");
    expect(page).toContain("- view `app.v`: `definition: SELECT 1 WHERE true expected, SELECT 2 WHERE true found`\n");
    expect(page).toContain("<details><summary>Diff</summary>\n\n```diff\n--- actual: Neon branch main, PostgreSQL 17\n");
    expect(page).toMatch(/\n```\n\n<\/details>\n\n- If the expected side is right/);
  });

  test("escapes names, and keeps texts inside their fence", () => {
    const wild: Change = { change: "missing", kind: "comment", object: "app.`x`", detail: "a ``` fence\nand @you", differences: [] };
    const page = renderDrift({ ...compared, actual: "Neon branch <b>[x](y)", changes: [wild] }, "markdown");
    expect(page).toContain(String.raw`- actual: Neon branch \<b\>\[x\](y)`);
    expect(page).toContain("- comment `` app.`x` ``: ```` a ``` fence and @you ````\n");
    expect(page).toContain("````diff\n");
  });

  test.each([500, 5_000])("has at most 30,000 bytes with %d changes, and says what was left out", (number) => {
    const many = Array.from({ length: number }, (_, at): Change => ({ ...(CHANGES[1] as Change), object: `app.t${at}.c` }));
    const page = renderDrift({ ...compared, changes: many }, "markdown");
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(30_000);
    const shown = [...page.matchAll(/^- column/gm)].length;
    expect(page).toContain(shown === number ? "**Missing" : `_${number - shown} more did not fit here.`);
    expect(page).toContain("_The diff did not fit here: `offshoot drift` shows it._");
  });

  test("says that the schemas are equal", () => {
    expect(renderDrift(none, "markdown")).toBe(
      "✅ **Schema drift**: none\n\n- expected: the migrations, PostgreSQL 18\n- actual: Neon branch main, PostgreSQL 17\n",
    );
  });
});

test("JSON is one line with the whole comparison", () => {
  expect(JSON.parse(renderDrift(compared, "json"))).toEqual(JSON.parse(JSON.stringify(compared)));
  expect(renderDrift(compared, "json").split("\n")).toHaveLength(2);
});

describe("as findings", () => {
  test("each change is an error with its own code, for test pages", () => {
    const report = renderDrift(compared, "junit");
    expect(report).toContain('<testsuites name="offshoot drift" tests="5" failures="5" errors="0" skipped="0"');
    expect([...report.matchAll(/<testcase classname="([\w-]+)" name="([^"]+)"/g)].map(([, code, name]) => `${code} ${name}`)).toEqual([
      "object-missing app.users.email: column is missing",
      "object-different app.total(bigint): function differs from the expected one",
      "object-different app.users.id: column differs from the expected one",
      "object-different app.v: view differs from the expected one",
      "object-extra app.odd|name: index is not expected",
    ]);
    expect(report).toContain("default: none expected, 7 found\n");
  });

  test("code scanning and GitLab get the same findings", () => {
    expect(JSON.parse(renderDrift(compared, "sarif"))).toMatchObject({ runs: [{ automationDetails: { id: "offshoot/drift/" } }] });
    expect(JSON.parse(renderDrift(compared, "code-quality"))).toHaveLength(5);
    expect(renderDrift(none, "junit")).toContain('name="no findings"');
  });
});
