import { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { setTimeout as timer } from "node:timers/promises";
import { codeOf } from "../errors.ts";
import { cancelled } from "../deadline.ts";
import { pinEachTransaction, refusesOptions } from "./pooled-session.ts";
import type { Opened, Row, Session } from "./session.ts";
import { checkpointFailure, replyTooLarge, serverFailure } from "./server-failure.ts";
import { confirmOwnSettings, setDespiteLoginTrigger, withOwnSettings, withoutTimeLimits } from "./session-settings.ts";
import { CONNECT_TIMEOUT, SQLSTATE } from "./sqlstate.ts";
import { despiteTimeLimits, isTimeLimit, limitsTooShort } from "./time-limits.ts";
import { isWithoutTls } from "./tls-failure.ts";
import { readTlsOptions } from "./tls-files.ts";
import { transportOf, withoutTransport } from "./tls.ts";
import { createTurns } from "./turns.ts";
import { parseUrl, withDatabase } from "./url.ts";

export { connectionError } from "./connection-error.ts";
export type { Row, Session } from "./session.ts";

export interface ConnectOptions {
  /** Shown in `pg_stat_activity`; at most 63 bytes. */
  readonly applicationName?: string | undefined;
  /** Milliseconds to connect, and again for our first statement; default 15,000 (Neon recommends 10 to 15 s for a suspended compute). */
  readonly connectMs?: number | undefined;
  /** Milliseconds for one statement, enforced by the client; default no limit. */
  readonly queryMs?: number | undefined;
  /**
   * Whose settings apply: `own` (default) are those of `session-settings.ts`, so that the settings of the database change
   * nothing. `database` is only for SQL of the user, and for `show`.
   */
  readonly settings?: "own" | "database" | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CONNECT_MS = 15_000;

/** The largest reply to one statement, in bytes. It is looked at several times a second, so a fast server sends somewhat more. */
const MOST_REPLY_BYTES = 256 * 1024 * 1024;
const REPLY_CHECK_MS = 50;

/** Milliseconds during which the settings of a session are asked for again. A session of which they are not known is used as one of a pooler. */
const CONFIRM_MS = 1000;

/** Milliseconds to end a session in order. A dead network never answers, and the socket would stay open for minutes. */
const CLOSE_MS = 1000;

/**
 * Opens a session with our own settings, and the transport of the URL (`transportOf`). The caller closes it; prefer `withSession`. Throws the
 * driver's or the server's error, `URL_INVALID` for an unknown `sslmode`, and `USAGE` for a file that cannot be read. The session
 * and its queries throw `DISK_FULL` and `SERVER_FAILED` when the server itself fails (`serverFailure`).
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Session> {
  if (options.settings === "database") return openTransport(url, options);
  const pathOf = (from: string): Promise<string> => withSession(from, (other) => other.searchPath(), { ...options, settings: "database" });
  // Without the limits of the database: an `idle_session_timeout` ends the session before the question. They apply behind a pooler.
  const searchPath = (): Promise<string> =>
    pathOf(withoutTimeLimits(url)).catch((thrown: unknown) => {
      if (refusesOptions(thrown) || isTimeLimit(thrown)) return despiteTimeLimits(() => pathOf(url));
      throw thrown;
    });
  const failed = (thrown: unknown): never => {
    throw serverFailure(url, thrown);
  };
  const session = await openOwn(url, options).catch(failed);
  const query = <R extends Row>(sql: string, values?: readonly unknown[]): Promise<R[]> =>
    session.query<R>(sql, values).catch(async (thrown: unknown) => failed(await checkpointFailure(session, thrown)));
  return { ...session, query, searchPath, other: (database) => connect(withDatabase(url, database), options) };
}

/** `transaction_timeout` is a startup option only for servers that know it. Its error proves that the server does. */
async function openOwn(url: string, options: ConnectOptions): Promise<Session> {
  return openConfirmed(url, options).catch((thrown: unknown) => {
    if (codeOf(thrown) !== SQLSTATE.transactionTimeout) throw thrown;
    return openConfirmed(url, options, 17).catch((again: unknown) => Promise.reject(limitsTooShort(url, again)));
  });
}

async function openConfirmed(url: string, options: ConnectOptions, major?: number): Promise<Session> {
  let session: Opened;
  try {
    session = await openTransport(withOwnSettings(url, major), options);
  } catch (thrown) {
    if (!refusesOptions(thrown)) throw thrown;
    return pinEachTransaction(await openTransport(url, options), url);
  }
  // Some poolers ignore startup options, and a login event trigger (PostgreSQL 17) can change settings.
  try {
    const confirm = confirmOwnSettings(session.major);
    const ask = async (sql: string): Promise<boolean> => {
      const rows = despiteTimeLimits(() => session.query<{ own: boolean }>(sql), session.lost, CONFIRM_MS);
      return (await endedInTime(rows, session, options))[0]?.own === true;
    };
    if (await ask(confirm)) return session;
    const set = setDespiteLoginTrigger(session.major, session.reportedPid);
    return set !== undefined && (await ask(set)) ? session : pinEachTransaction(session, url);
  } catch (thrown) {
    // With our limits the statement would not have been ended.
    if (codeOf(thrown) === SQLSTATE.queryCanceled) return pinEachTransaction(session, url);
    await session.close();
    throw thrown;
  }
}

/** The answer to the first statement. A server that accepts the login and then hangs has the same time limit as the login. */
async function endedInTime<T>(answer: Promise<T>, session: Opened, { connectMs = CONNECT_MS, signal }: ConnectOptions): Promise<T> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
    void session.close();
  };
  const limit = setTimeout(end, connectMs);
  signal?.addEventListener("abort", end, { once: true });
  try {
    return await answer;
  } catch (thrown) {
    if (signal?.aborted) throw cancelled("connecting");
    throw isOver ? new Error(CONNECT_TIMEOUT, { cause: thrown }) : thrown;
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", end);
  }
}

async function openTransport(url: string, options: ConnectOptions): Promise<Opened> {
  if (options.signal?.aborted) throw cancelled("connecting");
  const transport = transportOf(url);
  const [first = "tls", second] = transport.ways;
  const ssl = transport.ways.includes("tls") ? await readTlsOptions(transport) : false;
  const open = (way: "tls" | "plaintext"): Promise<Opened> => openSession(url, way === "tls" && ssl, options);
  try {
    return await open(first);
  } catch (thrown) {
    const mayHelp = first === "tls" ? isWithoutTls(thrown) : codeOf(thrown) === SQLSTATE.invalidAuthorization;
    if (second === undefined || !mayHelp) throw thrown;
    return open(second).catch((again: unknown) => Promise.reject(isWithoutTls(again) ? thrown : again));
  }
}

async function openSession(url: string, ssl: ConnectionOptions | false, options: ConnectOptions): Promise<Opened> {
  const { signal } = options;
  if (signal?.aborted) throw cancelled("connecting");
  const { default: pg } = await import("pg");
  const lost = new AbortController();
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: withoutTransport(url),
    ssl,
    enableChannelBinding: ssl !== false && new URL(url).searchParams.get("channel_binding") === "require",
    application_name: options.applicationName ?? "offshoot",
    connectionTimeoutMillis: options.connectMs ?? CONNECT_MS,
    keepAlive: true,
    stream: () => socket,
  });
  // The driver does not decode `%3F` and `%23` in the path of a URL.
  const { database } = parseUrl(url);
  if (database !== "") Object.assign((client as unknown as { readonly connectionParameters: object }).connectionParameters, { database });
  // Without a listener, the process would crash when the server ends an idle connection.
  let ended: unknown;
  client.on("error", (thrown) => {
    ended ??= thrown;
    lost.abort();
  });
  client.on("end", () => lost.abort());
  let major = 0;
  client.connection.on("parameterStatus", ({ parameterName, parameterValue }: { parameterName: string; parameterValue: string }) => {
    if (parameterName === "server_version") major = Number.parseInt(parameterValue, 10);
  });
  let reportedPid: number | undefined;
  client.connection.on("backendKeyData", ({ processID }: { processID: number }) => {
    reportedPid = processID;
  });
  let done = 0;
  client.connection.on("commandComplete", () => (done += 1));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeWithin(client.end(), socket));
  const abandon = (): void => void socket.destroy();
  signal?.addEventListener("abort", abandon, { once: true });
  try {
    await client.connect();
  } catch (thrown) {
    abandon();
    throw signal?.aborted ? cancelled("connecting") : thrown;
  } finally {
    signal?.removeEventListener("abort", abandon);
  }
  const turns = createTurns(options.queryMs);
  const query = async <R extends Row>(sql: string, values: readonly unknown[] = []): Promise<R[]> => {
    const answer = turns((remainingMs) => {
      done = 0;
      // Without values, `pg` uses the simple protocol, which utility statements through poolers need.
      const config = {
        text: sql,
        ...(values.length > 0 && { values: [...values] }),
        ...(remainingMs !== undefined && { query_timeout: remainingMs }),
      };
      return limited(client.query(config), socket, url);
    });
    // The server sends the reason when it ends an idle session. The driver's own error does not contain it.
    const result = await answer.catch((thrown: unknown) => Promise.reject(codeOf(thrown) === undefined ? (ended ?? thrown) : thrown));
    return (Array.isArray(result) ? result.at(-1).rows : result.rows) as R[];
  };
  const searchPath = async (): Promise<string> => (await query<{ search_path: string }>("show search_path"))[0]?.search_path ?? "";
  const onNotification = (receive: () => void): void => void client.on("notification", () => receive());
  return { query, completed: () => done, searchPath, lost: lost.signal, reportedPid, onNotification, close, major };
}

/**
 * Ends the connection when the reply is too large: a hostile or damaged database can have definitions and comments of gigabytes. The
 * driver has no limit of its own.
 */
async function limited<T>(answer: Promise<T>, socket: Socket, url: string): Promise<T> {
  const before = socket.bytesRead;
  let isTooLarge = false;
  const timeout = setInterval(() => {
    if (socket.bytesRead - before <= MOST_REPLY_BYTES) return;
    isTooLarge = true;
    socket.destroy();
  }, REPLY_CHECK_MS);
  timeout.unref();
  try {
    return await answer;
  } catch (thrown) {
    throw isTooLarge ? replyTooLarge(url) : thrown;
  } finally {
    clearInterval(timeout);
  }
}

async function closeWithin(ended: Promise<void>, socket: Socket): Promise<void> {
  const done = new AbortController();
  const timeout = timer(CLOSE_MS, undefined, { signal: done.signal }).catch(() => {});
  await Promise.race([ended.catch(() => {}), timeout]);
  done.abort();
  socket.destroy();
}

/** Runs `work` in a session, and closes the session afterwards in any case. */
export async function withSession<T>(url: string, work: (session: Session) => Promise<T>, options?: ConnectOptions): Promise<T> {
  const session = await connect(url, options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
