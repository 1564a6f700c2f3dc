import { deadline } from "../../../deadline.ts";
import type { Listener } from "../../../events.ts";
import { connect, type Session } from "../../../postgres/connect.ts";

/**
 * Key of the lock of the state that all databases of a server share. Migrations in copies hold it alone until that state is as it was.
 * The migrations of runs share it.
 */
const SERVER_STATE = "server state";
const POLL_MS = 200;
const WAITS =
  "These migrations change what belongs to the whole server, such as roles. Other migrations on it do so now: waiting for them.";

export interface LockOptions {
  /** URL of the maintenance database. */
  readonly serverUrl: string;
  /** How long other commands that change the state of the server are waited for. */
  readonly withinMs: number;
  readonly emit: Listener;
  readonly signal: AbortSignal;
}

/** Waits for the lock, and returns the session that holds it. `lock` tries to take it. Throws `TIMED_OUT` and `CANCELLED`. */
export async function lockServerState(
  { serverUrl, withinMs, emit, signal }: LockOptions,
  lock: (session: Session, key: string) => Promise<boolean>,
): Promise<Session> {
  const session = await connect(serverUrl, { applicationName: "offshoot:server-state", signal });
  const within = deadline("waiting for other commands that change roles or databases of the server", withinMs, signal);
  let isReported = false;
  try {
    while (!(await lock(session, SERVER_STATE))) {
      if (!isReported) emit({ kind: "note", text: WAITS });
      isReported = true;
      await within.pause(POLL_MS);
    }
    return session;
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}
