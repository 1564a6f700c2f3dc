import { expect, test } from "vitest";
import { AUDIT } from "../../../../src/audit/source.ts";
import { CHECK_SOURCES } from "../../../../src/check/sources.ts";
import type { Finding } from "../../../../src/findings/finding.ts";
import { renderMarkdown } from "../../../../src/findings/report/markdown.ts";
import { found } from "../../../../src/rehearsal/finding.ts";
import { REHEARSAL } from "../../../../src/rehearsal/source.ts";
import { checkFindings, findings, hostile } from "../../../support/findings.ts";

test("errors are open and show what to do, and all else is folded", () => {
  expect(renderMarkdown(findings, AUDIT)).toBe(`**Schema**: 4 errors, 1 warning

❌ **4 errors**

- \`m10_recovery.claim_outbox_events(text, integer)\`: calls match this overload and m10\\_recovery.claim\\_outbox\\_events(integer, text) equally well when arguments are given by name (\`overload-ambiguous\`)
  - ambiguous: \`select m10_recovery.claim_outbox_events(p_processor_id => null::text, p_batch_size => null::integer)\`
  - to do: Drop the overload that is not needed, rename one, or change its parameter names or defaults.
- \`m10_recovery.outbox.next_retry\`: column is missing (\`missing\`, schema.audit.yaml:8)
  - expected: \`timestamptz\`
  - similar: \`next_retry_at\`
  - to do: If the similar one is meant, rename or change it in a migration, or correct the spec. Otherwise add the missing one in a migration.
- \`m10_recovery.outbox.process_after\`: column is missing (\`missing\`, schema.audit.yaml:9)
  - expected: \`timestamptz\`
  - to do: Add it in a migration, or remove it from the spec.
  - reason: the retry worker reads it
- \`m10_recovery.outbox_due\`: index is invalid: a concurrent build failed. Writes update it, but queries do not use it (\`index-invalid\`)
  - found: \`CREATE INDEX outbox_due ON m10_recovery.outbox USING btree (next_retry_at)\`
  - to do: reindex index concurrently m10\\_recovery.outbox\\_due;

<details><summary>⚠️ 1 warning</summary>

- \`m10_recovery.outbox.outbox_tries\`: constraint was never validated: older rows can break it (\`constraint-not-validated\`)
  - found: \`CHECK ((tries >= 0)) NOT VALID\`
  - to do: alter table m10\\_recovery.outbox validate constraint outbox\\_tries;

</details>
`);
});

test("a report without findings says so", () => {
  expect(renderMarkdown([], AUDIT)).toBe("✅ **Schema**: no findings\n");
});

test("names and facts cannot become markup, and cannot start a line of their own", () => {
  const report = renderMarkdown(hostile, AUDIT, { folder: "services/shop" });
  expect(report.split("\n").filter((line) => line.startsWith("::"))).toEqual([]);
  expect(report).toContain("services/shop/db/a b,c:d%.yaml:12");
  expect(report).toContain("- reason: 50% of it, see \\[here\\](x) &amp; \\<there\\>");
  expect(report).toContain("found: ``` a `b` ``c`` <script> ```");
});

test.each([600, 3000, 30_000, 65_536])("a report has at most %i bytes: findings that do not fit are left out and counted", (bytes) => {
  const many: Finding[] = Array.from({ length: 400 }, (_, at) => ({
    code: "missing",
    severity: at < 20 ? "error" : at < 200 ? "warning" : "info",
    object: { kind: "table", name: `app.ü${at}` },
    facts: { expected: "x".repeat(60) },
  }));
  const report = renderMarkdown(many, AUDIT, { bytes });
  const shown = report.match(/^- `app/gm)?.length ?? 0;
  expect(Buffer.byteLength(report)).toBeLessThanOrEqual(bytes);
  expect(report).toContain("**Schema**: 20 errors, 180 warnings, 200 info");
  expect(report.match(/<details>/g)?.length).toBe(report.match(/<\/details>/g)?.length);
  expect(shown < 400 ? report : "").toContain(shown < 400 ? `_${400 - shown} more did not fit here.` : "");
});

test("an audit without a spec says that only built-in rules were used", () => {
  const scope = "built-in rules only";
  expect(renderMarkdown(findings, AUDIT, { scope })).toMatch(/^\*\*Schema\*\* \(built-in rules only\): 4 errors, 1 warning\n/);
  expect(renderMarkdown([], AUDIT, { scope })).toBe("✅ **Schema** (built-in rules only): no findings\n");
});

test("the findings of a check have the same layout", () => {
  const report = renderMarkdown(checkFindings, CHECK_SOURCES["check workflow"]);
  expect(report).toMatch(/^\*\*Workflows\*\*: 2 errors, 1 warning\n\n❌ \*\*2 errors\*\*\n/);
  expect(report).toContain("(`migration-failure-hidden`, .github/workflows/ci.yml:6)");
});

test("SQL that people paste is whole, and only other facts are cut", () => {
  const sql = `do $$ begin ${"perform 1; ".repeat(100)}end $$`;
  const object = { kind: "table", name: "public.t" } as const;
  const finding = found("table-rewritten", object, {
    statement: "s".repeat(600),
    advice: "Do it.",
    sql: [sql],
    size: "1 GB",
    limit: "1 MB",
  });
  const report = renderMarkdown([finding], REHEARSAL);
  expect(report).toContain(`- safer: \`${sql};\``);
  expect(report).toContain(`- statement: \`${"s".repeat(500)}…\``);
});
