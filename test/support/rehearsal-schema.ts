import * as z from "zod";

const ms = z.number().min(0).describe("Milliseconds.");
const bytes = z.number();
const place = z.strictObject({ file: z.string(), line: z.int().min(1) });

const finding = z.strictObject({
  code: z.string(),
  severity: z.enum(["error", "warning", "info"]),
  object: z.strictObject({ kind: z.enum(["table", "sequence", "migration", "setting", "statement"]), name: z.string() }),
  facts: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  reason: z.string().optional(),
  at: place.optional(),
});

const statement = z.strictObject({
  migration: z.string().optional().describe("The migration that it belongs to, if that is known."),
  sql: z.string().describe("Without literals and comments, unless they were wanted."),
  count: z
    .int()
    .min(0)
    .describe("How many statements were sent as this one message. 0: only those of the tool, such as the record of a migration."),
  ms,
  startedAt: ms.describe("Milliseconds since the command started."),
  transaction: z.int().describe("Statements with the same number release their locks together."),
  sqlstate: z.string().optional().describe("The error code of a statement that failed."),
  at: place.optional(),
});

const table = z.strictObject({
  table: z.string(),
  bytes,
  rows: z.number(),
  strongestLock: z.string().optional().describe("Such as ACCESS EXCLUSIVE: the strongest one that was seen. Missing if none was seen."),
  hasUnseenLocks: z.boolean().optional().describe("True if a statement locked it that ended before the next look. Its lock is not known."),
  heldMs: ms,
  blockedReadsMs: ms,
  blockedWritesMs: ms,
  blockedReadsTotalMs: ms,
  blockedWritesTotalMs: ms,
  queuedMs: ms,
  rewritten: z.boolean(),
  bytesAfter: bytes,
  indexesRewritten: z.array(z.string()),
  dropped: z.boolean(),
  fullScans: z.number(),
  rowsScanned: z.number(),
  rowsInserted: z.number(),
  rowsUpdated: z.number(),
  rowsDeleted: z.number(),
  blockedReadsBy: z.int().optional().describe("Index in statements."),
  blockedWritesBy: z.int().optional().describe("Index in statements."),
  rewrittenBy: z.int().optional().describe("Index in statements."),
});

const schemaChange = z.strictObject({
  change: z.enum(["added", "changed", "removed"]),
  kind: z.string(),
  object: z.string(),
  detail: z.string(),
  properties: z.array(z.strictObject({ property: z.string(), before: z.string().optional(), after: z.string().optional() })),
});

const latency = z.strictObject({
  count: z.int().describe("Statements that succeeded. The times are theirs."),
  medianMs: ms,
  p95Ms: ms,
  p99Ms: ms,
  maxMs: ms,
  longestWaitMs: ms.describe("Also of statements that failed or had no answer at the end."),
  errors: z.int(),
  causes: z.array(z.string()),
  notSent: z.int().describe("Statements that were due while all sessions waited."),
});
const phases = { before: latency, during: latency, after: latency };

const traffic = z.strictObject({
  file: z.string(),
  ratePerSecond: z.int(),
  sessions: z.int(),
  outcome: z.enum(["succeeded", "failed"]),
  error: z.string().optional(),
  ms,
  queuedMs: ms.describe("The longest time that the migrations waited for a lock."),
  all: z.strictObject(phases),
  statements: z.array(z.strictObject({ name: z.string(), sql: z.string(), line: z.int(), weight: z.int(), ...phases })),
});

/** What `offshoot rehearse --json` prints. */
export const REHEARSAL_SCHEMA = z
  .strictObject({
    version: z.literal(1),
    command: z.literal("rehearse"),
    outcome: z.enum(["succeeded", "failed", "nothing-pending"]),
    unjudged: z
      .array(z.strictObject({ table: z.string(), access: z.enum(["reads", "writes"]), ms }))
      .describe("Waits that are longer than their limits, and are not findings because the machine was too busy to judge them."),
    copy: z.strictObject({
      origin: z.enum(["parent", "dump", "local"]),
      description: z.string(),
      name: z.string().optional().describe("The database or base that was copied. Missing for a branch of production and a dump."),
      createdAt: z.string().optional().describe("When that database was created; ISO 8601."),
      hasProductionRows: z.boolean(),
      isEmpty: z.boolean().describe("Whether it had no migration and no table. Then nothing was judged on rows."),
      applied: z.int().min(0).optional().describe("How many of the migrations it had, where the tool's version table is known."),
      pending: z.int().min(0).optional().describe("How many of the migrations it did not have, where the tool's version table is known."),
      postgresMajor: z.int(),
      outbound: z.array(z.strictObject({ name: z.string(), state: z.enum(["disabled", "active", "created"]) })),
      gaps: z.array(z.string()),
    }),
    ms,
    statements: z.array(statement),
    migrations: z.array(
      z.strictObject({
        name: z.string(),
        file: z.string().optional(),
        ms,
        statements: z.int().describe("How many statements it has. Those of the tool are not counted."),
      }),
    ),
    tables: z.array(table),
    logBytes: bytes.optional().describe("Bytes of the write-ahead log, of the whole server."),
    growthBytes: bytes,
    temporaryBytes: bytes,
    observation: z.strictObject({
      throughBroker: z.boolean(),
      looks: z.int(),
      intervalMs: z.strictObject({ median: ms, longest: ms }),
      completeTransactions: z.int(),
      transactions: z.int(),
      pausedMs: ms,
      momentMs: ms.describe("Shorter waits are not findings."),
      delayMs: ms.describe("How late the server and this machine answered because they were busy."),
      delayShare: z.number().describe("Which share of a short answer was delay, from 0 to 1."),
      accuracyMs: ms.describe("How far the waits can be from the true ones."),
      probes: z
        .strictObject({ checked: z.int(), agreed: z.int() })
        .describe("Attempts to lock a table without waiting, which were compared with the computed waits."),
      limits: z.array(z.string()),
    }),
    findings: z.array(finding),
    counts: z.strictObject({ error: z.int(), warning: z.int(), info: z.int() }),
    failOn: z.enum(["error", "warning", "info"]),
    failed: z.boolean(),
    folder: z.string(),
    schema: z
      .strictObject({ before: z.string(), after: z.string(), changes: z.array(schemaChange) })
      .optional()
      .describe("What the migrations changed in the schema of the copy. Missing when they failed."),
    traffic: traffic.optional().describe("What the traffic of --traffic met beside the migrations, on a copy of its own."),
  })
  .meta({ title: "The result of offshoot rehearse" });

export const rehearsalJsonSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(REHEARSAL_SCHEMA, { target: "draft-7" }), undefined, 2)}\n`;
