import { codeOf, messageOf, OffshootError } from "../errors.ts";
import { describeUrl } from "../postgres/url.ts";
import type { ReadinessRequest } from "./request.ts";
import type { Waiting } from "./waiter.ts";

/** Since when a database has not answered. Empty: no attempt failed since its last answer. */
export interface NoAnswer {
  /** Whether it has answered before. */
  readonly hasAnswered?: boolean;
  /** The `performance.now()` at which to check whether the database exists. */
  checkAt?: number;
  /** The `performance.now()` since which each connection was refused. */
  refusedSince?: number | undefined;
}

/** Milliseconds without an answer before the first check and between checks: a server that restarts needs no check. */
const CHECK_MS = 2000;

/**
 * Milliseconds during which each connection is refused until a server that answered before counts as ended. A server that
 * recovers after a crash accepts connections, and answers that it is starting (PostgreSQL documentation, `cannot_connect_now`).
 */
const REFUSED_MS = 180_000;

/** Describes a database that cannot be reached. */
export function describeNoAnswer(fault: unknown): Waiting {
  return { who: "no answer", text: `The database does not answer (${messageOf(fault)}). Trying again.` };
}

/**
 * Decides whether to go on waiting for a database that does not answer: it may be restarting. Throws `CONNECTION_FAILED` with
 * the fact `missing` when the job that used it last has deleted it, and `CONNECTION_FAILED` when its server has ended and was
 * not started again.
 */
export async function requireDatabase(noAnswer: NoAnswer, { url, databaseExists }: ReadinessRequest, fault: unknown): Promise<void> {
  const now = performance.now();
  noAnswer.refusedSince = codeOf(fault) === "ECONNREFUSED" ? (noAnswer.refusedSince ?? now) : undefined;
  if (noAnswer.hasAnswered === true && noAnswer.refusedSince !== undefined && now - noAnswer.refusedSince >= REFUSED_MS) {
    throw new OffshootError("CONNECTION_FAILED", `The server of ${describeUrl(url)} has ended: ${messageOf(fault)}`, {
      meaning: `It answered before, and has refused each connection for ${REFUSED_MS / 60_000} minutes. Nothing is known about a migration that was running.`,
      remedy: "Look at the end of the server's log for the reason, such as a full disk. Start the server, then run the job again.",
    });
  }
  noAnswer.checkAt ??= now + CHECK_MS;
  if (databaseExists === undefined || now < noAnswer.checkAt) return;
  noAnswer.checkAt = now + CHECK_MS;
  if (await databaseExists()) return;
  throw new OffshootError("CONNECTION_FAILED", `The database ${describeUrl(url)} was deleted: ${messageOf(fault)}`, {
    meaning: "It was deleted while this job waited for its migrations.",
    remedy: "Run the job again. Delete the database only after all jobs have ended.",
    facts: { missing: true },
  });
}
