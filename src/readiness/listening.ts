import type { Session } from "../postgres/connect.ts";
import type { ReadinessRequest } from "./request.ts";
import { isDirect } from "./session.ts";
import { isOwnProcess, takePlace } from "./wake-up.ts";

/** One marker changes a few times in its life. Everybody who may connect can send notifications. */
const MOST_PER_SECOND = 20;

/** Milliseconds until a process tries again to get a place. */
const RETRY_MS = 2000;

/** The session of a process that listens for changes of the marker. It takes the process's snapshots too. */
export interface Listening {
  /** The session that listens now. */
  session(): Session | undefined;
  /** Keeps this session and listens with it, if it may. False: the caller keeps the session. */
  keep(session: Session, request: ReadinessRequest, signal: AbortSignal): Promise<boolean>;
  /** Ends the session that listens now. */
  close(): Promise<void>;
  /** The same for good. */
  end(): Promise<void>;
}

/** `wake` is called at most `MOST_PER_SECOND` times a second: then the process stops to listen, and only polls. */
export function createListening(wake: () => void): Listening {
  let listener: Session | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let isAllowed = true;
  let isProved = false;
  const counter = { since: 0, count: 0 };

  async function close(): Promise<void> {
    const closing = listener;
    listener = undefined;
    await closing?.close();
  }
  function stop(): Promise<void> {
    isAllowed = false;
    return close();
  }
  function receive(): void {
    const now = performance.now();
    if (now - counter.since > 1000) Object.assign(counter, { since: now, count: 0 });
    counter.count += 1;
    if (counter.count <= MOST_PER_SECOND) wake();
    else void stop();
  }
  /** A session that is shared by a pooler must not listen: the next client of the pooler would get the notifications. */
  async function mayListen(session: Session, request: ReadinessRequest, signal: AbortSignal): Promise<boolean> {
    if (session.reportedPid === undefined) return false;
    isProved ||= (await isOwnProcess(session)) || (await isDirect(session, request, signal));
    return isProved;
  }
  return {
    session: () => (listener?.lost.aborted === true ? undefined : listener),
    async keep(session, request, signal) {
      const now = performance.now();
      if (!isAllowed || now - triedAt < RETRY_MS) return false;
      triedAt = now;
      try {
        if (!(await mayListen(session, request, signal))) return (isAllowed = false);
        session.onNotification(receive);
        if (!(await takePlace(session))) return false;
      } catch {
        // Without it the process polls, and reports there what is wrong with the database.
        return false;
      }
      // The wait can have ended meanwhile.
      if (!isAllowed) return false;
      listener = session;
      return true;
    },
    close,
    end: stop,
  };
}
