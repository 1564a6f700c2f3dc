import { setTimeout as timer } from "node:timers/promises";
import { isOffshootError } from "../errors.ts";
import { urlPooled } from "../postgres/pooled-session.ts";
import { connect, connectionError, type Session } from "../postgres/connect.ts";
import { isTemporary } from "../postgres/sqlstate.ts";
import type { ReadinessRequest } from "./request.ts";
import { limitsOf } from "./timings.ts";

/** The name of the protocol's own sessions. */
export const SESSION_NAME = "offshoot:readiness";

/** If all sessions of a pool are in use, it does not answer. The probe then ends, and is repeated later. */
const PROBE_MS = 3000;

/**
 * Opens a session for one snapshot, or for leading. Statements have a time limit, because the lease ends even while a
 * statement hangs. Throws `CONNECTION_FAILED`, and temporary errors (`isTemporary`) unchanged.
 */
export async function openSession(request: ReadinessRequest, signal: AbortSignal): Promise<Session> {
  const { statementMs } = limitsOf(request.timings);
  try {
    return await connect(request.url, { applicationName: SESSION_NAME, queryMs: statementMs, signal });
  } catch (thrown) {
    throw isTemporary(thrown) || isOffshootError(thrown) ? thrown : connectionError(request.url, thrown);
  }
}

/**
 * Proves that no transaction pooler is between us and the server. A pooler gives a server session to one client after
 * another, so a lock that we take would belong to the next client. The process ids that PgBouncer and Neon's proxy send
 * in the protocol prove nothing, because Neon's proxy sends its own ids on direct connections too.
 * False: no answer in time, so nothing is proved. Throws `URL_POOLED`.
 */
export async function isDirect(session: Session, request: ReadinessRequest, signal: AbortSignal): Promise<boolean> {
  const other = await openSession(request, signal);
  try {
    const pooled = await Promise.race([sharesSessions(session, other), timer(PROBE_MS, undefined, { ref: false })]);
    if (pooled === true) throw urlPooled(request.url);
    return pooled === false;
  } finally {
    await other.close();
  }
}

/**
 * Whether two clients share server processes, as behind a pooler: one process serves both, or the first client gets
 * another process while the second has a transaction.
 */
export async function sharesSessions(session: Session, other: Session): Promise<boolean> {
  const before = await serverPid(session);
  await other.query("begin");
  // This comes first: in a pool of one session, the first client would wait for the second one's transaction to end.
  if ((await serverPid(other)) === before) return true;
  return (await serverPid(session)) !== before;
}

async function serverPid(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  return row?.pid;
}
