import { expect, test } from "vitest";
import { check } from "../../../../src/audit/check.ts";
import { json } from "../../../../src/audit/report/json.ts";
import { text } from "../../../../src/audit/report/text.ts";
import { parseSpec } from "../../../../src/audit/spec/parse.ts";
import { catalogOf, constraint, index, routine, table } from "../../../support/catalog.ts";

const catalog = catalogOf({
  tables: [table("m10_recovery.outbox", { id: { type: "bigint", nullable: false }, next_retry_at: "timestamp with time zone" })],
  constraints: [
    constraint("m10_recovery.outbox.outbox_pkey", "PRIMARY KEY (id)", { type: "primary key" }),
    constraint("m10_recovery.outbox.outbox_tries", "CHECK ((tries >= 0)) NOT VALID", { validated: false }),
  ],
  indexes: [index("m10_recovery.outbox_due", "outbox", { valid: false, keys: ["next_retry_at"] })],
  routines: [
    routine("m10_recovery.claim_outbox_events", "p_processor_id text", "p_batch_size integer"),
    routine("m10_recovery.claim_outbox_events", "p_batch_size integer", "p_processor_id text"),
  ],
});
const spec = parseSpec(
  `version: 1
schemas:
  m10_recovery:
    tables:
      outbox:
        columns:
          id: bigint
          next_retry: timestamptz
          process_after: { type: timestamptz, reason: the retry worker reads it }
`,
  "schema.audit.yaml",
);
const findings = check(catalog, spec, { now: new Date("2026-06-15T12:00:00Z") });

test("the text says what is wrong, where the rule stands and what to do, worst first", () => {
  expect(text(findings)).toBe(`ERRORS

  m10_recovery.claim_outbox_events(text, integer): overload clashes with m10_recovery.claim_outbox_events(integer, text) in calls by parameter names
    undecided: select m10_recovery.claim_outbox_events(p_processor_id => null::text, p_batch_size => null::integer)
    to do: Drop the overload that is not wanted, rename one, or change its parameter names or defaults.
    check: overload-ambiguous, docs/checks/overload-ambiguous.md

  m10_recovery.outbox.next_retry: column is missing
    wanted: timestamptz
    there is: next_retry_at
    to do: If that is the same one, rename or change it in a migration, or correct the spec; else add it.
    check: missing, schema.audit.yaml:8, docs/checks/spec.md#missing

  m10_recovery.outbox.process_after: column is missing
    wanted: timestamptz
    to do: Add it in a migration, or take it out of the spec.
    reason: the retry worker reads it
    check: missing, schema.audit.yaml:9, docs/checks/spec.md#missing

  m10_recovery.outbox_due: index is invalid: a concurrent build failed; writes keep it up, queries don't use it
    found: CREATE INDEX outbox_due ON m10_recovery.outbox USING btree (next_retry_at)
    to do: reindex index concurrently m10_recovery.outbox_due;
    check: index-invalid, docs/checks/index-invalid.md

WARNINGS

  m10_recovery.outbox.outbox_tries: constraint was never validated: rows that were there before may break it
    found: CHECK ((tries >= 0)) NOT VALID
    to do: alter table m10_recovery.outbox validate constraint outbox_tries;
    check: constraint-not-validated, docs/checks/constraint-not-validated.md

4 errors, 1 warning
`);
});

test("the text of no findings says so", () => {
  expect(text([])).toBe("The schema is as it should be: no findings.\n");
});

test("JSON holds the findings as they are, and their counts", () => {
  const report: unknown = JSON.parse(json(findings));
  expect(report).toEqual({ version: 1, findings, counts: { error: 4, warning: 1, info: 0 } });
});
