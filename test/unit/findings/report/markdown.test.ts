import { expect, test } from "vitest";
import { summariseFindings } from "../../../../src/findings/report/markdown.ts";
import type { Finding } from "../../../../src/findings/finding.ts";
import { findings, hostile } from "../../../support/findings.ts";

test("errors stand open with what to do, all else is folded", () => {
  expect(summariseFindings(findings)).toBe(`**Schema**: 4 errors, 1 warning

❌ **4 errors**

- \`m10_recovery.claim_outbox_events(text, integer)\`: overload clashes with m10\\_recovery.claim\\_outbox\\_events(integer, text) in calls by parameter names (\`overload-ambiguous\`)
  - undecided: \`select m10_recovery.claim_outbox_events(p_processor_id => null::text, p_batch_size => null::integer)\`
  - to do: Drop the overload that is not wanted, rename one, or change its parameter names or defaults.
- \`m10_recovery.outbox.next_retry\`: column is missing (\`missing\`, schema.audit.yaml:8)
  - wanted: \`timestamptz\`
  - there is: \`next_retry_at\`
  - to do: If that is the same one, rename or change it in a migration, or correct the spec; else add it.
- \`m10_recovery.outbox.process_after\`: column is missing (\`missing\`, schema.audit.yaml:9)
  - wanted: \`timestamptz\`
  - to do: Add it in a migration, or take it out of the spec.
  - reason: the retry worker reads it
- \`m10_recovery.outbox_due\`: index is invalid: a concurrent build failed; writes keep it up, queries don't use it (\`index-invalid\`)
  - found: \`CREATE INDEX outbox_due ON m10_recovery.outbox USING btree (next_retry_at)\`
  - to do: reindex index concurrently m10\\_recovery.outbox\\_due;

<details><summary>⚠️ 1 warning</summary>

- \`m10_recovery.outbox.outbox_tries\`: constraint was never validated: rows that were there before may break it (\`constraint-not-validated\`)
  - found: \`CHECK ((tries >= 0)) NOT VALID\`
  - to do: alter table m10\\_recovery.outbox validate constraint outbox\\_tries;

</details>
`);
});

test("no findings are told as well", () => {
  expect(summariseFindings([])).toBe("✅ **Schema**: as it should be\n");
});

test("foreign words stay words, and stand on their own line", () => {
  const told = summariseFindings(hostile, { folder: "services/shop" });
  expect(told.split("\n").filter((line) => line.startsWith("::"))).toEqual([]);
  expect(told).toContain("services/shop/db/a b,c:d%.yaml:12");
  expect(told).toContain("- reason: 50% of it, see \\[here\\](x) &amp; \\<there\\>");
  expect(told).toContain("found: ``` a `b` ``c`` <script> ```");
});

test.each([600, 3000, 30_000, 65_536])("at most %i bytes are taken: whole findings are left out, and counted", (bytes) => {
  const many: Finding[] = Array.from({ length: 400 }, (_, at) => ({
    code: "missing",
    severity: at < 20 ? "error" : at < 200 ? "warning" : "info",
    object: { kind: "table", name: `app.ü${at}` },
    facts: { expected: "x".repeat(60) },
  }));
  const told = summariseFindings(many, { bytes });
  const shown = told.match(/^- `app/gm)?.length ?? 0;
  expect(Buffer.byteLength(told)).toBeLessThanOrEqual(bytes);
  expect(told).toContain("**Schema**: 20 errors, 180 warnings, 200 for information");
  expect(told.match(/<details>/g)?.length).toBe(told.match(/<\/details>/g)?.length);
  expect(shown < 400 ? told : "").toContain(shown < 400 ? `_${400 - shown} more did not fit here` : "");
});
