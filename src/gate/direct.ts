import { OffshootError } from "../errors.ts";
import { connect, type Session } from "../postgres/connect.ts";
import { describeUrl } from "../postgres/url.ts";

/**
 * Refuses a URL behind which a transaction pooler deals out server sessions: a lock taken there stays with whoever
 * gets that session next. While one client is idle another one opens a transaction; the same server process for
 * both, or a new one for the first, proves a pool. (PgBouncer's process ids in the protocol prove nothing: Neon's
 * proxy hands out its own on direct connections too.)
 * Throws `URL_POOLED`.
 */
export async function refusePooled(session: Session, url: string, signal: AbortSignal): Promise<void> {
  const before = await serverPid(session);
  const other = await connect(url, { applicationName: "offshoot:gate", signal });
  try {
    await other.query("begin");
    const beside = await serverPid(other);
    const after = await serverPid(session);
    await other.query("rollback");
    if (before !== after || before === beside) throw pooled(url);
  } finally {
    await other.close();
  }
}

async function serverPid(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
  return row?.pid;
}

function pooled(url: string): OffshootError {
  return new OffshootError("URL_POOLED", `${describeUrl(url)} leads through a transaction pooler.`, {
    meaning: "Session locks don't hold there, so two migrations could run at once.",
    remedy: "Give the URL of the server itself (on Neon: the host without `-pooler`).",
  });
}
