import { isOffshootError } from "../errors.ts";
import { connect, connectionError, type Session } from "../postgres/connect.ts";
import { isPassing } from "../postgres/sqlstate.ts";
import { paceOf } from "./pace.ts";
import type { ReadinessRequest } from "./request.ts";

/**
 * A session for one look, or for leading. Statements are bounded, since the lease goes on while one hangs.
 * Throws `CONNECTION_FAILED`, or as it comes what may pass (`isPassing`).
 */
export async function openGate(request: ReadinessRequest, signal: AbortSignal): Promise<Session> {
  const { statementMs } = paceOf(request.timings);
  try {
    return await connect(request.url, { applicationName: "offshoot:gate", queryMs: statementMs, signal });
  } catch (thrown) {
    throw isPassing(thrown) || isOffshootError(thrown) ? thrown : connectionError(request.url, thrown);
  }
}
