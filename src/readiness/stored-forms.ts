import * as z from "zod";
import { MOST_TEXT } from "./stored.ts";

// The forms of the rows in offshoot's tables. They are loaded when there is a row: most commands read none, and loading takes
// a third of the time that Node itself needs.

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

const owner = z.object({
  host: text,
  pid: count,
  job: z.exactOptional(text),
  shard: z.exactOptional(text),
  jobId: z.exactOptional(text),
  jobAttempt: z.exactOptional(count),
  starts: z.exactOptional(z.array(text)),
});

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
