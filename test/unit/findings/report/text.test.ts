import { expect, test } from "vitest";
import { json } from "../../../../src/findings/report/json.ts";
import { text } from "../../../../src/findings/report/text.ts";
import { findings, hostile } from "../../../support/findings.ts";

test("the text says what is wrong, where the rule stands and what to do, worst first", () => {
  expect(text(findings)).toBe(`ERRORS

  m10_recovery.claim_outbox_events(text, integer): overload clashes with m10_recovery.claim_outbox_events(integer, text) in calls by parameter names
    undecided: select m10_recovery.claim_outbox_events(p_processor_id => null::text, p_batch_size => null::integer)
    to do: Drop the overload that is not wanted, rename one, or change its parameter names or defaults.
    check: overload-ambiguous, docs/rules/overload-ambiguous.md

  m10_recovery.outbox.next_retry: column is missing
    wanted: timestamptz
    there is: next_retry_at
    to do: If that is the same one, rename or change it in a migration, or correct the spec; else add it.
    check: missing, schema.audit.yaml:8, docs/rules/spec.md#missing

  m10_recovery.outbox.process_after: column is missing
    wanted: timestamptz
    to do: Add it in a migration, or take it out of the spec.
    reason: the retry worker reads it
    check: missing, schema.audit.yaml:9, docs/rules/spec.md#missing

  m10_recovery.outbox_due: index is invalid: a concurrent build failed; writes keep it up, queries don't use it
    found: CREATE INDEX outbox_due ON m10_recovery.outbox USING btree (next_retry_at)
    to do: reindex index concurrently m10_recovery.outbox_due;
    check: index-invalid, docs/rules/index-invalid.md

WARNINGS

  m10_recovery.outbox.outbox_tries: constraint was never validated: rows that were there before may break it
    found: CHECK ((tries >= 0)) NOT VALID
    to do: alter table m10_recovery.outbox validate constraint outbox_tries;
    check: constraint-not-validated, docs/rules/constraint-not-validated.md

4 errors, 1 warning
`);
});

test("the text of no findings says so", () => {
  expect(text([])).toBe("The schema is as it should be: no findings.\n");
});

test("JSON holds the findings as they are, and their counts", () => {
  const emit: unknown = JSON.parse(json(findings));
  expect(emit).toEqual({ version: 1, findings, counts: { error: 4, warning: 1, info: 0 } });
});

test("lines are broken at the width of the terminal, and hang below what they belong to", () => {
  const lines = text(findings, { width: 80 }).split("\n");
  expect(lines.filter((line) => line.length > 80).filter((line) => line.trim().includes(" "))).toEqual([]);
  expect(lines.slice(2, 6)).toEqual([
    "  m10_recovery.claim_outbox_events(text, integer): overload clashes with",
    "      m10_recovery.claim_outbox_events(integer, text) in calls by parameter",
    "      names",
    "    undecided: select m10_recovery.claim_outbox_events(p_processor_id =>",
  ]);
  expect(text(findings, { width: 80 }).replaceAll(/\s+/g, " ")).toBe(text(findings).replaceAll(/\s+/g, " "));
});

test("a name with line breaks starts no line of its own", () => {
  expect(
    text(hostile, { width: 80 })
      .split("\n")
      .filter((line) => line !== "" && !/^(?: {2}|[A-Z1])/.test(line)),
  ).toEqual([]);
});

test("the painting touches headings, names and what steps back, and no letter", () => {
  const painted = text(findings, { paint: (style, plain) => `<${style}>${plain}</${style}>`, width: 80 });
  expect(painted).toMatch(/^<error>ERRORS<\/error>\n\n {2}<strong>m10_recovery.claim_outbox_events\(text, integer\)<\/strong>: overload/);
  expect(painted).toContain("<warning>WARNINGS</warning>");
  expect(painted.replaceAll(/<\/?(error|warning|strong|faint)>/g, "")).toBe(text(findings, { width: 80 }));
});

const query = (column: string): string => `SELECT ${"a, ".repeat(200)}${column} FROM app.orders`;

test("of two long texts that differ, what stands around the first difference is shown", () => {
  const [finding] = hostile;
  if (finding?.code !== "different") throw new Error("another finding was expected");
  const lines = text([{ ...finding, facts: { property: "definition", expected: query("total"), actual: query("sum") } }]).split("\n");
  expect(lines.filter((line) => /wanted|found/.test(line))).toEqual([
    `    wanted: …${"a, ".repeat(17).slice(-50)}total FROM app.orders`,
    `    found: …${"a, ".repeat(17).slice(-50)}sum FROM app.orders`,
  ]);
});
