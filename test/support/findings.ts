import { check } from "../../src/audit/check.ts";
import type { Finding } from "../../src/findings/finding.ts";
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
/** What the outbox case finds: two rules that are broken, and three built-in checks. */
export const findings: readonly Finding[] = check(catalog, spec, { now: new Date("2026-06-15T12:00:00Z") });

/** Findings whose names and facts hold what every format has to escape. */
export const hostile: readonly Finding[] = [
  {
    code: "different",
    severity: "error",
    object: { kind: "column", name: 'app."<b>&"\u0001\uD800,:%]`*_|@team\n::error::".x' },
    facts: { property: "default", expected: "']]>'::text", actual: "a `b` ``c`` <script>" },
    reason: "50% of it, see [here](x) & <there>",
    at: { file: "db/a b,c:d%.yaml", line: 12 },
  },
];
