import { setTimeout as timer } from "node:timers/promises";
import { OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { describeUrl } from "../postgres/url.ts";
import type { ReadinessRequest } from "./request.ts";
import { openGate } from "./session.ts";

/** A pool whose server sessions are all taken answers nothing: then the probe is given up, and tried again later. */
const PROBE_MS = 3000;

/**
 * Refuses a URL behind which a transaction pooler deals out server sessions: a lock taken there stays with whoever
 * gets that session next. While one client is idle another one opens a transaction; the same server process for
 * both, or a new one for the first, proves a pool. (PgBouncer's process ids in the protocol prove nothing: Neon's
 * proxy hands out its own on direct connections too.)
 * False: no answer in time, so nothing is known. Throws `URL_POOLED`.
 */
export async function isDirect(session: Session, request: ReadinessRequest, signal: AbortSignal): Promise<boolean> {
  const other = await openGate(request, signal);
  try {
    const pooled = await Promise.race([sharesSessions(session, other), timer(PROBE_MS, undefined, { ref: false })]);
    if (pooled === true) throw urlPooled(request.url);
    return pooled === false;
  } finally {
    await other.close();
  }
}

/** Whether two clients are served by one server process, or one by two: by a pool, that is. */
export async function sharesSessions(session: Session, other: Session): Promise<boolean> {
  const before = await serverPid(session);
  await other.query("begin");
  // Asked first: with all others taken, the first client would wait for just this transaction to end.
  if ((await serverPid(other)) === before) return true;
  return (await serverPid(session)) !== before;
}

async function serverPid(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
  return row?.pid;
}

function urlPooled(url: string): OffshootError {
  return new OffshootError("URL_POOLED", `${describeUrl(url)} leads through a transaction pooler.`, {
    meaning: "Session locks don't hold there, so two migrations could run at once.",
    remedy: "Give the URL of the server itself (on Neon: the host without `-pooler`).",
  });
}
