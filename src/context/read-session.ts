import { setTimeout as timer } from "node:timers/promises";
import { cancelled, jitter } from "../deadline.ts";
import { isOffshootError, messageOf, OffshootError } from "../errors.ts";
import { connect, connectionError, type Session } from "../postgres/connect.ts";
import { isTemporary, isConcurrentSchemaChange } from "../postgres/sqlstate.ts";
import type { DirectUrl } from "../postgres/url.ts";
import type { Context } from "./context.ts";

/**
 * A reader must not block other sessions. Reading a view's definition locks the tables of the view, which others may be
 * dropping. After `deadlock_timeout`, one second, the server ends one of the two sessions, possibly the other one
 * (PostgreSQL documentation, 20.12). `local` limits the setting to one message: a pooler's session is not changed.
 */
const SHORT_LOCK_TIMEOUT = "set local lock_timeout = 400;";

/** A schema that keeps changing is read at least this often, and for at least this many milliseconds. */
const ATTEMPTS = 5;
const RETRY_FOR_MS = 30_000;

/**
 * Runs `work` in a session for reading, and runs it again when other sessions dropped objects that it was reading. Throws
 * `CONNECTION_FAILED`, `TIMED_OUT`, and `CANCELLED` when the caller's signal aborts.
 */
export async function withReadSession<T>(
  { signal, settings }: Context,
  url: DirectUrl,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const options = { applicationName: "offshoot:reader", queryMs: settings.timeouts.acquireMs, signal };
  const session = await connect(url, options).catch((thrown: unknown) => {
    throw isOffshootError(thrown) ? thrown : connectionError(url, thrown);
  });
  const end = (): void => void session.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await retryWhileSchemaChanges(() => work(withShortLockTimeout(session)), signal);
  } catch (thrown) {
    if (signal.aborted) throw cancelled("reading the schema");
    throw isTemporary(thrown) ? connectionError(url, thrown) : thrown;
  } finally {
    signal.removeEventListener("abort", end);
    await session.close();
  }
}

/**
 * Reads a schema that other sessions change meanwhile, such as tests of jobs that share the database. Runs `read` again
 * when an object disappeared or was locked. Throws what `read` throws, and `TIMED_OUT`.
 */
export async function retryWhileSchemaChanges<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const start = performance.now();
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await read();
    } catch (thrown) {
      if (!isConcurrentSchemaChange(thrown)) throw thrown;
      if (attempts >= ATTEMPTS && performance.now() - start > RETRY_FOR_MS) throw schemaKeepsChanging(thrown, attempts);
    }
    await timer(jitter(100), undefined, { signal });
  }
}

function withShortLockTimeout(session: Session): Session {
  return {
    ...session,
    // A query with values must be a single statement. None of those that are used here takes a lock.
    query: (sql, values = []) => session.query(values.length === 0 ? `${SHORT_LOCK_TIMEOUT}\n${sql}` : sql, values),
  };
}

function schemaKeepsChanging(thrown: unknown, attempts: number): OffshootError {
  return new OffshootError("TIMED_OUT", `The schema could not be read in ${attempts} attempts: ${messageOf(thrown)}.`, {
    meaning: "Other sessions dropped or locked tables in this database during every attempt.",
    remedy: "Read the schema before those sessions start, or after they have ended.",
  });
}
