import { cancelled } from "../deadline.ts";
import { isOffshootError } from "../errors.ts";
import { connect, connectionError, type Session } from "../postgres/connect.ts";
import { isPassing } from "../postgres/sqlstate.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { Context } from "./context.ts";

/** Runs `work` in a session that reads. Throws `CONNECTION_FAILED`, and `CANCELLED` where the caller ends it. */
export async function withReader<T>({ signal, settings }: Context, url: DirectUrl, work: (session: Session) => Promise<T>): Promise<T> {
  const options = { applicationName: "offshoot:reader", queryMs: settings.timeouts.acquireMs, signal };
  const session = await connect(url, options).catch((thrown: unknown) => {
    throw isOffshootError(thrown) ? thrown : connectionError(url, thrown);
  });
  const end = (): void => void session.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await work(session);
  } catch (thrown) {
    if (signal.aborted) throw cancelled("reading the schema");
    throw isPassing(thrown) ? connectionError(url, thrown) : thrown;
  } finally {
    signal.removeEventListener("abort", end);
    await session.close();
  }
}
