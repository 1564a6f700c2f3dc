import * as z from "zod";
import { codeOf, OffshootError } from "../errors.ts";

/**
 * What offshoot reads from its tables in a database. Whoever can write there can store anything, so texts are cut off in
 * SQL, and each row is checked. The limits are far above what offshoot writes.
 */

/** Bytes of the record of a failure. The output of the command in it has at most 4 KB. */
export const MOST_FAILURE_BYTES = 256 * 1024;
/** Bytes of the record of a process. */
export const MOST_OWNER_BYTES = 16 * 1024;
/** Characters of a key. One more is read, so that a longer text is found. */
export const MOST_TEXT = 4096;
/** Rows of one table. Each migrated run of a database and of its ancestors has one. */
export const MOST_ROWS = 10_000;

const text = z.string().max(MOST_TEXT);
const count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
/** Milliseconds since 1970, at most the latest time that JavaScript knows. `infinity` in Postgres is none. */
const time = z
  .number()
  .min(-8.64e15)
  .max(8.64e15)
  .transform((ms) => new Date(ms));

/** JSON in a text. A text that is not JSON, or was too large to be read, is undefined. */
const json = z
  .string()
  .nullable()
  .transform((value) => {
    try {
      return value === null ? undefined : (JSON.parse(value) as unknown);
    } catch {
      return undefined;
    }
  });

const owner = z.object({ host: text, pid: count, job: z.exactOptional(text), shard: z.exactOptional(text), jobId: z.exactOptional(text) });

const fact = z.union([z.string(), z.number(), z.boolean()]);

const failure = z.object({
  code: z.string(),
  message: z.string(),
  meaning: z.exactOptional(z.string()),
  remedy: z.exactOptional(z.string()),
  command: z.exactOptional(z.string()),
  exitCode: z.exactOptional(z.number()),
  signal: z.exactOptional(z.string()),
  tail: z.exactOptional(z.string()),
  facts: z.exactOptional(z.record(z.string(), fact)),
});

/** The failure of a marker whose record is damaged. That the migration failed is known all the same. */
const UNREADABLE = { code: "UNEXPECTED", message: "The migration failed, and the record of its error cannot be read." };

const optional = <Value extends z.ZodType>(value: Value) => value.nullable().transform((given) => given ?? undefined);

export const STORED_MARKER = z
  .object({
    database: text,
    run: text,
    fingerprint: text,
    invocation: optional(text),
    state: z.enum(["migrating", "finalizing", "ready", "failed"]),
    attempt: count,
    // The next leader needs a higher number, and the column is an integer.
    epoch: count.max(2 ** 31 - 2),
    // A week is longer than any lease.
    owner: json.pipe(owner.extend({ leaseMs: z.number().positive().max(604_800_000) })),
    backendPid: optional(count),
    startedAt: time,
    beatAt: time,
    finishedAt: optional(time),
    error: json.pipe(failure.optional().catch(UNREADABLE)),
    hasError: z.boolean(),
  })
  .transform(({ hasError, ...marker }) => ({ ...marker, error: hasError ? (marker.error ?? UNREADABLE) : undefined }));

export const STORED_WAITERS = z.object({ owner: json.pipe(owner), count, since: time });

/** The error for a table whose rows or columns offshoot did not write. */
export function notOurs(table: string, what: string): OffshootError {
  return new OffshootError("NOT_OURS", `The table ${table} contains data that offshoot did not write: ${what}.`, {
    meaning: "The state of the migrations is unknown. Nothing was migrated or deleted.",
    remedy: "Look at who can write to the schema offshoot. Then run `drop schema offshoot cascade` in this database, and start a new run.",
    facts: { table },
  });
}

/** SQLSTATE classes of a statement that does not fit a table: wrong columns, types, constraints, or an exception of a trigger. */
const UNFIT = /^(22|23|42|44|P0)/;

/** Whether a table does not have the form that offshoot gave it. */
export function isUnfit(thrown: unknown): boolean {
  return UNFIT.test(codeOf(thrown) ?? "");
}
