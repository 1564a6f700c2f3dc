import { redact } from "./redact.ts";

/** Exit statuses of the CLI. `run` passes its command's own status through and uses these for its own failures. */
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

/** One stable name per kind of failure, and the exit status that it maps to. */
export const ERROR_EXIT = {
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  CONFIG_UNREADABLE: EXIT.usage,
  SPEC_INVALID: EXIT.usage,
  RUN_UNKNOWN: EXIT.usage,
  DATABASE_UNKNOWN: EXIT.usage,
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
  CONNECTION_FAILED: EXIT.noProvider,
  NOT_OURS: EXIT.refused,
  PROTECTED: EXIT.refused,
  LEFT_BEHIND: EXIT.leftBehind,
  CANCELLED: EXIT.unexpected,
  UNEXPECTED: EXIT.unexpected,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_EXIT;

/** Facts about a failure, for programs; strings are redacted like the message. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ErrorDetails {
  /** What it means for the user, one line. */
  readonly meaning?: string | undefined;
  /** What to do next, one line. */
  readonly remedy?: string | undefined;
  readonly facts?: ErrorFacts | undefined;
  /** Secrets to take out of every text of this error, beyond those that are recognised by shape. */
  readonly secrets?: readonly string[] | undefined;
  readonly cause?: unknown;
}

const BRAND = Symbol.for("offshoot.error");

/**
 * The one error that offshoot throws for expected failures: `message` says what happened, `meaning` what it
 * means, `remedy` what to do next. Secrets are gone when the constructor returns. A `cause` is kept as
 * redacted text only, since foreign errors carry keys and URLs in their properties.
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
    const clean = (text: string): string => redact(text, details.secrets);
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

/** Whether a value is our error, also when it comes from another copy of this module. */
export function isOffshootError(value: unknown): value is OffshootError {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** The two or three lines that a person reads. */
export function describeError(error: OffshootError): string {
  return [error.message, error.meaning, error.remedy].filter((line) => line !== undefined && line !== "").join("\n");
}

/** The message of anything that was thrown, redacted. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === "") return thrown.errors.map(messageOf).join("; ");
  return redact(thrown instanceof Error ? thrown.message : String(thrown));
}

/** The SQLSTATE or system error code (`ECONNREFUSED`) of whatever was thrown. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
