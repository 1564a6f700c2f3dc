import { type Deadline, jitter } from "../deadline.ts";
import { connectionError, withSession } from "./connect.ts";
import { isTemporary } from "./sqlstate.ts";
import { isTimeLimit } from "./time-limits.ts";

export interface ReadyOptions {
  /** Whether a failure is temporary, in addition to network failures and a server that is starting. */
  readonly isPassing?: (thrown: unknown) => boolean;
  /** Milliseconds for one attempt, so that one lost packet does not use up all the time; default all remaining time. */
  readonly attemptMs?: number;
  /** Longest pause between attempts, in milliseconds; default 1000. */
  readonly longestPauseMs?: number;
}

/** Calls no function, and works through every pooler. */
const VERSION = "show server_version_num";

/**
 * Waits until the database at `url` answers a query, since only that proves that it accepts connections. Returns the
 * server's major version. Throws `CONNECTION_FAILED` with the last failure, when the failure is permanent or the time is
 * over.
 */
export async function waitUntilReady(url: string, within: Deadline, options: ReadyOptions = {}): Promise<number> {
  for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 1.6, options.longestPauseMs ?? 1000)) {
    try {
      const ms = Math.max(1, Math.min(options.attemptMs ?? Number.POSITIVE_INFINITY, within.leftMs()));
      const limits = { signal: within.signal, connectMs: ms, queryMs: ms, settings: "database" } as const;
      const [row] = await withSession(url, (session) => session.query<{ server_version_num: string }>(VERSION), limits);
      return Math.floor(Number(row?.server_version_num ?? 0) / 10_000);
    } catch (thrown) {
      // The query runs with the limits of the database, as those of its users do.
      const mayPass = isTemporary(thrown) || isTimeLimit(thrown) || (options.isPassing?.(thrown) ?? false);
      if (!mayPass || within.leftMs() <= pauseMs) throw connectionError(url, thrown);
    }
    await within.pause(jitter(pauseMs));
  }
}
