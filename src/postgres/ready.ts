import { type Deadline, jitter } from "../wait.ts";
import { connectionError, withSession } from "./connect.ts";
import { isPassing } from "./sqlstate.ts";

export interface ReadyOptions {
  /** Whether a failure may pass, beyond network faults and a server that is starting. */
  readonly isPassing?: (thrown: unknown) => boolean;
}

/**
 * Waits until a query is answered over `url`: the only proof that a database can be connected to.
 * Tries at once, then with a short, growing, jittered pause. Throws `CONNECTION_FAILED` for a failure that
 * can't pass, and at the end of the budget, with the last failure told.
 */
export async function waitUntilReady(url: string, within: Deadline, options: ReadyOptions = {}): Promise<void> {
  for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 1.6, 1000)) {
    try {
      const limits = { signal: within.signal, connectMs: Math.max(1, within.leftMs()), queryMs: Math.max(1, within.leftMs()) };
      await withSession(url, (session) => session.query("select 1"), limits);
      return;
    } catch (thrown) {
      const mayPass = isPassing(thrown) || (options.isPassing?.(thrown) ?? false);
      if (!mayPass || within.leftMs() <= pauseMs) throw connectionError(url, thrown);
    }
    await within.pause(jitter(pauseMs));
  }
}
