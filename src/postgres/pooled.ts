import { OffshootError } from "../errors.ts";
import { connect, connectionError, type Session } from "./connect.ts";
import { describeUrl } from "./url.ts";

/**
 * Throws `URL_POOLED` when a transaction pooler stands between us and the server: two clients that share one
 * backend, or one client whose backend changes, can't be sessions of their own. Locks taken there would be nobody's.
 */
export async function refusePooled(url: string, signal: AbortSignal): Promise<void> {
  const limits = { signal, queryMs: 15_000 };
  const opened = await Promise.allSettled([connect(url, limits), connect(url, limits)]);
  const sessions = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  try {
    const failed = opened.find((result) => result.status === "rejected");
    if (failed !== undefined) throw connectionError(url, failed.reason);
    const [first, second] = sessions as [Session, Session];
    if (await shareBackend(first, second)) throw pooled(url);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/**
 * The second client holds a transaction open, which pins its backend, while the first asks again: over a pool
 * the first then has another backend than before, or has had the second's.
 */
async function shareBackend(first: Session, second: Session): Promise<boolean> {
  const before = await backendPid(first);
  await second.query("begin");
  const pinned = await backendPid(second);
  const after = await backendPid(first);
  await second.query("rollback");
  return before === pinned || before !== after;
}

async function backendPid(session: Session): Promise<number | undefined> {
  const [row] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
  return row?.pid;
}

function pooled(url: string): OffshootError {
  return new OffshootError("URL_POOLED", `The URL to ${describeUrl(url)} goes through a transaction pooler.`, {
    meaning: "Session locks don't hold there, so migrations could run twice at once.",
    remedy: "Give the direct URL: the server's own host and port, not the pooler's.",
  });
}
