import { deadline, jitter } from "../deadline.ts";
import { codeOf, messageOf, OffshootError } from "../errors.ts";
import { SQLSTATE } from "./sqlstate.ts";
import { parseUrl } from "./url.ts";

/**
 * Milliseconds during which a first statement is sent again. A limit of one millisecond ends about one in a hundred on a busy
 * server, so the first attempts decide. A limit that still applies after this time ends every statement.
 */
const RETRY_FOR_MS = 5000;
const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

const TIME_LIMITS: ReadonlySet<string | undefined> = new Set([
  SQLSTATE.queryCanceled,
  SQLSTATE.transactionTimeout,
  SQLSTATE.idleSessionTimeout,
]);

/** Whether a time limit of the server ended a statement or, with `transaction_timeout` (PostgreSQL 17) and `idle_session_timeout`, its session. */
export function isTimeLimit(thrown: unknown): boolean {
  return TIME_LIMITS.has(codeOf(thrown));
}

/**
 * Runs what the time limits of a database can end: our first statement in a session, which sets our own limits, when a pooler
 * ignores startup options. Nothing protects that statement, so it is sent again. `run` must have no effect when it fails. `lost`:
 * that of the session in which it runs, which a `transaction_timeout` ends. Throws the last error when the time is over or the
 * session is lost.
 */
export async function despiteTimeLimits<T>(run: () => Promise<T>, lost?: AbortSignal, withinMs = RETRY_FOR_MS): Promise<T> {
  const within = deadline("the first statement of a session", withinMs, lost);
  for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await run();
    } catch (thrown) {
      const mayPass = lost === undefined ? isTimeLimit(thrown) : codeOf(thrown) === SQLSTATE.queryCanceled;
      if (!mayPass || within.leftMs() <= pauseMs) throw thrown;
      await within.pause(jitter(pauseMs)).catch(() => {
        throw thrown;
      });
    }
  }
}

/** The error for time limits that end every statement, also those that would set other ones. Anything else is returned as it was thrown. */
export function limitsTooShort(url: string, thrown: unknown): unknown {
  if (!isTimeLimit(thrown)) return thrown;
  const { host, port, database } = parseUrl(url);
  return new OffshootError(
    "SERVER_FAILED",
    `The time limits of the database ${database} at ${host}:${port} end each statement of offshoot.`,
    {
      meaning: `The server reported: ${messageOf(thrown).replace(/\.?$/, ".")} Behind a pooler that ignores startup options, limits such as \`statement_timeout\` also end the statement that sets others.`,
      remedy:
        "Use the URL of the server itself, or raise the limits with `alter database … set statement_timeout = '1s'` (or `transaction_timeout`).",
      facts: { host, port, database, sqlstate: codeOf(thrown) },
      cause: thrown,
    },
  );
}
