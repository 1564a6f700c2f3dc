import { setTimeout as timer } from "node:timers/promises";
import { isOffshootError } from "../errors.ts";
import { connect, connectionError, type Session } from "../postgres/connect.ts";
import { isPassing } from "../postgres/sqlstate.ts";
import { paceOf } from "./pace.ts";
import type { GateRequest } from "./request.ts";

/**
 * A session for one look, or for leading. Statements are bounded, since the lease goes on while one hangs.
 * Throws `CONNECTION_FAILED`, or as it comes what may pass (`isGatePassing`).
 */
export async function openGate(request: GateRequest, signal: AbortSignal): Promise<Session> {
  const { statementMs } = paceOf(request.timings);
  try {
    return await connect(request.url, { applicationName: "offshoot:gate", queryMs: statementMs, signal });
  } catch (thrown) {
    throw isGatePassing(thrown) || isOffshootError(thrown) ? thrown : connectionError(request.url, thrown);
  }
}

/** Closes a session, but waits no longer than a second: over a dead network the goodbye is never answered. */
export async function closeSoon(session: Session): Promise<void> {
  await Promise.race([session.close(), timer(1000, undefined, { ref: false })]);
}

/** Whether a look may succeed a moment later. The text is node-postgres's own, for a statement out of time. */
export function isGatePassing(thrown: unknown): boolean {
  return isPassing(thrown) || (thrown instanceof Error && /query read timeout/i.test(thrown.message));
}
