import { applyRules } from "../../src/audit/apply-rules.ts";
import type { AuditFinding } from "../../src/audit/finding.ts";
import type { CheckFinding } from "../../src/check/finding.ts";
import { parseSpec } from "../../src/audit/spec/parse.ts";
import { catalogOf, constraint, index, routine, table } from "./catalog.ts";

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
/** The findings of the outbox case: two from the spec and three from built-in rules. */
export const findings: readonly AuditFinding[] = applyRules(catalog, spec, { now: new Date("2026-06-15T12:00:00Z") });

/** Findings of all three checks. */
export const checkFindings: readonly CheckFinding[] = [
  {
    code: "endpoint-format",
    severity: "error",
    object: { kind: "endpoint", name: "http://localhost:8000/metrics" },
    facts: { line: "3", text: "<html>", why: "not a comment and not a value" },
  },
  {
    code: "migration-failure-hidden",
    severity: "error",
    object: { kind: "step", name: "test, migrate" },
    facts: { command: "alembic upgrade head || true", by: "the command after ||" },
    at: { file: ".github/workflows/ci.yml", line: 6 },
  },
  {
    code: "worker-log-failures",
    severity: "warning",
    object: { kind: "worker", name: "python worker.py" },
    facts: { lines: ["Traceback (most recent call last):"] },
  },
];

/** Findings with names and facts that every format must escape. */
export const hostile: readonly AuditFinding[] = [
  {
    code: "different",
    severity: "error",
    object: { kind: "column", name: 'app."<b>&"\u0001\uD800,:%]`*_|@team\n::error::".x' },
    facts: { property: "default", expected: "']]>'::text", actual: "a `b` ``c`` <script>" },
    reason: "50% of it, see [here](x) & <there>",
    at: { file: "db/a b,c:d%.yaml", line: 12 },
  },
];
