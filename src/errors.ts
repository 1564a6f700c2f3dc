import { visible } from "./visible.ts";
import { redact } from "./redact.ts";

/** Exit codes of the CLI. `run` exits with the code of its command, and uses these codes for its own failures. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  findings: 10,
  migrationFailed: 11,
  timedOut: 12,
  noProvider: 13,
  refused: 14,
  leftBehind: 15,
} as const;

/** The code of each kind of failure, and its exit code. */
export const ERROR_EXIT = {
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  CONFIG_UNREADABLE: EXIT.usage,
  SPEC_INVALID: EXIT.usage,
  RUN_UNKNOWN: EXIT.usage,
  DATABASE_UNKNOWN: EXIT.usage,
  DATABASE_IN_USE: EXIT.usage,
  NOT_MIGRATED: EXIT.usage,
  URL_INVALID: EXIT.usage,
  URL_POOLED: EXIT.usage,
  COMMAND_MISSING: EXIT.usage,
  COMMAND_NOT_FOUND: EXIT.usage,
  MIGRATION_FILES_MISSING: EXIT.usage,
  FINGERPRINT_CONFLICT: EXIT.usage,
  MIGRATION_HEADS: EXIT.usage,
  TOOL_AMBIGUOUS: EXIT.usage,
  TOOL_UNSUITABLE: EXIT.usage,
  PRIVILEGE_MISSING: EXIT.usage,
  FINDINGS: EXIT.findings,
  MIGRATION_FAILED: EXIT.migrationFailed,
  LEADERSHIP_LOST: EXIT.migrationFailed,
  TIMED_OUT: EXIT.timedOut,
  NO_PROVIDER: EXIT.noProvider,
  PROVIDER_REJECTED: EXIT.noProvider,
  PROVIDER_OUTAGE: EXIT.noProvider,
  POSTGRES_NOT_FOUND: EXIT.noProvider,
  POSTGRES_START_FAILED: EXIT.noProvider,
  DISK_FULL: EXIT.noProvider,
  SERVER_FAILED: EXIT.noProvider,
  CONNECTION_FAILED: EXIT.noProvider,
  NOT_OURS: EXIT.refused,
  PROTECTED: EXIT.refused,
  SEED_REFUSED: EXIT.refused,
  COPY_CONNECTED: EXIT.refused,
  LEFT_BEHIND: EXIT.leftBehind,
  OUTPUT_LOST: EXIT.unexpected,
  CANCELLED: EXIT.unexpected,
  UNEXPECTED: EXIT.unexpected,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_EXIT;

/** Facts about a failure, for programs. Secrets are removed from the texts. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ErrorDetails {
  /** What the failure means for the user; one line. */
  readonly meaning?: string | undefined;
  /** What the user must do next; one line. */
  readonly remedy?: string | undefined;
  readonly facts?: ErrorFacts | undefined;
  /** Secrets to remove from every text of this error, in addition to those that `redact` recognises. */
  readonly secrets?: readonly string[] | undefined;
  readonly cause?: unknown;
}

const BRAND = Symbol.for("offshoot.error");

/**
 * The error class for all expected failures. `message` is what happened, `meaning` what it means, `remedy` what to do. The
 * constructor removes secrets. A `cause` from another library is kept as text without secrets, because its properties can
 * contain keys and URLs.
 */
export class OffshootError extends Error {
  override readonly name = "OffshootError";
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly meaning: string | undefined;
  readonly remedy: string | undefined;
  readonly facts: ErrorFacts;
  readonly [BRAND] = true;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const clean = (text: string): string => visible(redact(text, details.secrets));
    super(clean(message));
    this.code = code;
    this.exitCode = ERROR_EXIT[code];
    this.meaning = details.meaning === undefined ? undefined : clean(details.meaning);
    this.remedy = details.remedy === undefined ? undefined : clean(details.remedy);
    this.facts = Object.fromEntries(
      Object.entries(details.facts ?? {}).map(([key, value]) => [key, typeof value === "string" ? clean(value) : value]),
    );
    if (details.cause !== undefined) this.cause = isOffshootError(details.cause) ? details.cause : clean(messageOf(details.cause));
  }
}

/**
 * The same error without these secrets, and with such errors as its causes: one that was given in the place of a setting
 * is in the error about that setting.
 */
export function withoutSecrets(thrown: unknown, secrets: readonly string[]): unknown {
  if (!isOffshootError(thrown)) return thrown;
  const { code, message, meaning, remedy, facts, stack } = thrown;
  const cause = withoutSecrets(thrown.cause, secrets);
  const clean = new OffshootError(code, message, { meaning, remedy, facts, secrets, cause });
  if (stack !== undefined) clean.stack = redact(stack, secrets);
  return clean;
}

/** Whether a value is an `OffshootError`, including one from another copy of this package. */
export function isOffshootError(value: unknown): value is OffshootError {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** The error as one to three lines of text. */
export function describeError(error: Pick<OffshootError, "message" | "meaning" | "remedy">): string {
  return [error.message, error.meaning, error.remedy].filter((line) => line !== undefined && line !== "").join("\n");
}

/** The message of any thrown value, without secrets. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === "") return thrown.errors.map(messageOf).join("; ");
  return redact(thrown instanceof Error ? thrown.message : String(thrown));
}

/** The SQLSTATE or system error code (such as `ECONNREFUSED`) of any thrown value. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
