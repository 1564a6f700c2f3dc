import { type Deadline, jitter } from "../deadline.ts";
import { connectionError, withSession } from "./connect.ts";
import { isTemporary } from "./sqlstate.ts";

export interface ReadyOptions {
  /** Whether a failure may pass, beyond network faults and a server that is starting. */
  readonly isPassing?: (thrown: unknown) => boolean;
  /** Milliseconds for one attempt, so that a lost packet doesn't take the whole budget; default all that is left. */
  readonly attemptMs?: number;
  /** Milliseconds between attempts at most; default 1000. */
  readonly longestPauseMs?: number;
}

const MAJOR = "select current_setting('server_version_num')::int / 10000 as major";

/**
 * Waits until a query is answered over `url`: the only proof that a database can be connected to.
 * Tries at once, then with a short, growing, jittered pause. Throws `CONNECTION_FAILED` for a failure that
 * can't pass, and at the end of the budget, with the last failure told. Returns the server's major version.
 */
export async function waitUntilReady(url: string, within: Deadline, options: ReadyOptions = {}): Promise<number> {
  for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 1.6, options.longestPauseMs ?? 1000)) {
    try {
      const ms = Math.max(1, Math.min(options.attemptMs ?? Number.POSITIVE_INFINITY, within.leftMs()));
      const limits = { signal: within.signal, connectMs: ms, queryMs: ms };
      const [row] = await withSession(url, (session) => session.query<{ major: number }>(MAJOR), limits);
      return row?.major ?? 0;
    } catch (thrown) {
      const mayPass = isTemporary(thrown) || (options.isPassing?.(thrown) ?? false);
      if (!mayPass || within.leftMs() <= pauseMs) throw connectionError(url, thrown);
    }
    await within.pause(jitter(pauseMs));
  }
}
