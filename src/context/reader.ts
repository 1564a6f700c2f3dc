import { cancelled } from "../deadline.ts";
import { isOffshootError } from "../errors.ts";
import { connect, connectionError, type Session } from "../postgres/connect.ts";
import { isPassing } from "../postgres/sqlstate.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { Context } from "./context.ts";
import { steadily } from "./steady.ts";

/**
 * Who only reads gives way. A view's text locks what the view reads, which others may be dropping: the server looks for
 * a deadlock after `deadlock_timeout`, a second, and ends whichever of the two it finds first (PostgreSQL documentation,
 * 20.12). For one message, so that nothing of it stays in a pooler's session.
 */
const GIVE_WAY = "set local lock_timeout = 400;";

/**
 * Runs `work` in a session that reads, and again where others dropped meanwhile what it read. Throws
 * `CONNECTION_FAILED`, `TIMED_OUT`, and `CANCELLED` where the caller ends it.
 */
export async function withReader<T>({ signal, settings }: Context, url: DirectUrl, work: (session: Session) => Promise<T>): Promise<T> {
  const options = { applicationName: "offshoot:reader", queryMs: settings.timeouts.acquireMs, signal };
  const session = await connect(url, options).catch((thrown: unknown) => {
    throw isOffshootError(thrown) ? thrown : connectionError(url, thrown);
  });
  const end = (): void => void session.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await steadily(() => work(gentle(session)), signal);
  } catch (thrown) {
    if (signal.aborted) throw cancelled("reading the schema");
    throw isPassing(thrown) ? connectionError(url, thrown) : thrown;
  } finally {
    signal.removeEventListener("abort", end);
    await session.close();
  }
}

function gentle(session: Session): Session {
  return {
    ...session,
    // With values a message is one statement, and none of ours takes locks then.
    query: (sql, values = []) => session.query(values.length === 0 ? `${GIVE_WAY}\n${sql}` : sql, values),
  };
}
