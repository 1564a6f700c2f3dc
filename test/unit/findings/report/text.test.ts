import { expect, test } from "vitest";
import { AUDIT } from "../../../../src/audit/source.ts";
import { CHECK_SOURCES } from "../../../../src/check/sources.ts";
import { renderJson } from "../../../../src/findings/report/json.ts";
import { renderText } from "../../../../src/findings/report/text.ts";
import { checkFindings, findings, hostile } from "../../../support/findings.ts";

test("the text shows what is wrong, the line of the rule and what to do, the highest severity first", () => {
  expect(renderText(findings, AUDIT)).toBe(`ERRORS

  m10_recovery.claim_outbox_events(text, integer): calls match this overload and m10_recovery.claim_outbox_events(integer, text) equally well when arguments are given by name
    ambiguous: select m10_recovery.claim_outbox_events(p_processor_id => null::text, p_batch_size => null::integer)
    to do: Drop the overload that is not needed, rename one, or change its parameter names or defaults.
    code: overload-ambiguous, docs/rules/overload-ambiguous.md

  m10_recovery.outbox.next_retry: column is missing
    expected: timestamptz
    similar: next_retry_at
    to do: If the similar one is meant, rename or change it in a migration, or correct the spec. Otherwise add the missing one in a migration.
    code: missing, schema.audit.yaml:8, docs/rules/spec.md#missing

  m10_recovery.outbox.process_after: column is missing
    expected: timestamptz
    to do: Add it in a migration, or remove it from the spec.
    reason: the retry worker reads it
    code: missing, schema.audit.yaml:9, docs/rules/spec.md#missing

  m10_recovery.outbox_due: index is invalid: a concurrent build failed. Writes update it, but queries do not use it
    found: CREATE INDEX outbox_due ON m10_recovery.outbox USING btree (next_retry_at)
    to do: reindex index concurrently m10_recovery.outbox_due;
    code: index-invalid, docs/rules/index-invalid.md

WARNINGS

  m10_recovery.outbox.outbox_tries: constraint was never validated: older rows can break it
    found: CHECK ((tries >= 0)) NOT VALID
    to do: alter table m10_recovery.outbox validate constraint outbox_tries;
    code: constraint-not-validated, docs/rules/constraint-not-validated.md

4 errors, 1 warning
`);
});

test("a text without findings says so", () => {
  expect(renderText([], AUDIT)).toBe("The schema is as expected: no findings.\n");
});

test("JSON holds the findings as they are, and their counts", () => {
  const report: unknown = JSON.parse(renderJson(findings, AUDIT));
  expect(report).toEqual({ version: 1, findings, counts: { error: 4, warning: 1, info: 0 } });
});

test("lines are broken at the width of the terminal, and the rest of a broken line is indented", () => {
  const lines = renderText(findings, AUDIT, { width: 80 }).split("\n");
  expect(lines.filter((line) => line.length > 80).filter((line) => line.trim().includes(" "))).toEqual([]);
  expect(lines.slice(2, 6)).toEqual([
    "  m10_recovery.claim_outbox_events(text, integer): calls match this overload and",
    "      m10_recovery.claim_outbox_events(integer, text) equally well when",
    "      arguments are given by name",
    "    ambiguous: select m10_recovery.claim_outbox_events(p_processor_id =>",
  ]);
  expect(renderText(findings, AUDIT, { width: 80 }).replaceAll(/\s+/g, " ")).toBe(renderText(findings, AUDIT).replaceAll(/\s+/g, " "));
});

test("a name with line breaks does not start a new line", () => {
  expect(
    renderText(hostile, AUDIT, { width: 80 })
      .split("\n")
      .filter((line) => line !== "" && !/^(?: {2}|[A-Z1])/.test(line)),
  ).toEqual([]);
});

test("headings, names and codes are painted, and the text itself stays the same", () => {
  const painted = renderText(findings, AUDIT, { paint: (style, plain) => `<${style}>${plain}</${style}>`, width: 80 });
  expect(painted).toMatch(/^<error>ERRORS<\/error>\n\n {2}<strong>m10_recovery.claim_outbox_events\(text, integer\)<\/strong>: calls/);
  expect(painted).toContain("<warning>WARNINGS</warning>");
  expect(painted.replaceAll(/<\/?(error|warning|strong)>/g, "")).toBe(renderText(findings, AUDIT, { width: 80 }));
});

const query = (column: string): string => `SELECT ${"a, ".repeat(200)}${column} FROM app.orders`;

test("of two long texts, the part around the first difference is shown", () => {
  const [finding] = hostile;
  if (finding?.code !== "different") throw new Error("another finding was expected");
  const lines = renderText(
    [{ ...finding, facts: { property: "definition", expected: query("total"), actual: query("sum") } }],
    AUDIT,
  ).split("\n");
  expect(lines.filter((line) => /expected|found/.test(line))).toEqual([
    `    expected: …${"a, ".repeat(17).slice(-50)}total FROM app.orders`,
    `    found: …${"a, ".repeat(17).slice(-50)}sum FROM app.orders`,
  ]);
});

test("a text without a spec says that only built-in rules were used", () => {
  const scope = "built-in rules only";
  expect(renderText(findings, AUDIT, { scope })).toMatch(/\n4 errors, 1 warning \(built-in rules only\)\n$/);
  expect(renderText([], AUDIT, { scope })).toBe("The schema is as expected: no findings (built-in rules only).\n");
});

test("the findings of a check have the same layout", () => {
  expect(renderText(checkFindings.slice(1, 2), CHECK_SOURCES["check workflow"])).toBe(`ERRORS

  test, migrate: a failed migration does not fail the step, because of the command after ||
    command: alembic upgrade head || true
    to do: Let the step fail. Otherwise all later steps run on an unknown schema.
    code: migration-failure-hidden, .github/workflows/ci.yml:6, docs/check.md#migration-failure-hidden

1 error
`);
});
