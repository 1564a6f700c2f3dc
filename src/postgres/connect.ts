import { Socket } from "node:net";
import { setTimeout as timer } from "node:timers/promises";
import { codeOf, OffshootError } from "../errors.ts";
import { cancelled } from "../deadline.ts";
import { SQLSTATE } from "./sqlstate.ts";
import { parseUrl } from "./url.ts";

/** A row as the server sent it. */
export type Row = Record<string, unknown>;

/** One session with a server: what the rest of offshoot sees of the `pg` package. */
export interface Session {
  /** Runs one statement; throws the server's error, whose `code` is the SQLSTATE; once `lost`, what ended the session. */
  query<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Aborts when the connection is gone, whoever ended it. */
  readonly lost: AbortSignal;
  /** Closes the connection, within a second also over a dead network; never throws. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Shown in `pg_stat_activity`; at most 63 bytes. */
  readonly applicationName?: string | undefined;
  /** Milliseconds for the connection itself; default 15,000 (Neon suggests 10 to 15 s for a cold compute). */
  readonly connectMs?: number | undefined;
  /** Milliseconds for one statement, enforced by the client; default none. */
  readonly queryMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** For the goodbye: over a dead network it is never answered, and the socket would stay open for minutes. */
const GOODBYE_MS = 1000;

/** Opens a session. The caller closes it; prefer `withSession`. Throws the driver's or the server's error. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Session> {
  const { signal } = options;
  if (signal?.aborted) throw cancelled("connecting");
  const { default: pg } = await import("pg");
  const lost = new AbortController();
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    application_name: options.applicationName ?? "offshoot",
    connectionTimeoutMillis: options.connectMs ?? 15_000,
    ...(options.queryMs === undefined ? {} : { query_timeout: options.queryMs }),
    keepAlive: true,
    stream: () => socket,
  });
  // Without a listener an idle connection that the server ends would crash the process.
  let ended: unknown;
  client.on("error", (thrown) => {
    ended ??= thrown;
    lost.abort();
  });
  client.on("end", () => lost.abort());
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= sayGoodbye(client.end(), socket));
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
  return {
    lost: lost.signal,
    close,
    async query<R extends Row>(sql: string, values: readonly unknown[] = []) {
      // Without values the simple protocol is used, which utility statements through poolers need.
      const answer = values.length === 0 ? client.query(sql) : client.query(sql, [...values]);
      // The server says goodbye, and why, also while nothing is asked; the driver would only say that the session is over.
      const result = await answer.catch((thrown: unknown) => Promise.reject(codeOf(thrown) === undefined ? (ended ?? thrown) : thrown));
      return (Array.isArray(result) ? result.at(-1).rows : result.rows) as R[];
    },
  };
}

async function sayGoodbye(answered: Promise<void>, socket: Socket): Promise<void> {
  const answer = new AbortController();
  const tooLong = timer(GOODBYE_MS, undefined, { signal: answer.signal }).catch(() => {});
  await Promise.race([answered.catch(() => {}), tooLong]);
  answer.abort();
  socket.destroy();
}

/** Runs `work` in a session that is closed afterwards, whatever happens. */
export async function withSession<T>(url: string, work: (session: Session) => Promise<T>, options?: ConnectOptions): Promise<T> {
  const session = await connect(url, options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Our error for a connection that failed: says to which host, why, and what to look at. */
export function connectionError(url: string, thrown: unknown): OffshootError {
  const { host, port, user, database, password } = parseUrl(url);
  const code = codeOf(thrown);
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  return new OffshootError("CONNECTION_FAILED", `Could not connect to ${host}:${port}/${database} as ${user}: ${cause}.`, {
    remedy:
      code === SQLSTATE.invalidPassword || code === SQLSTATE.invalidAuthorization
        ? "Check the user and the password of the URL."
        : "Check that the server runs and that host and port are right.",
    facts: { host, port, database, sqlstate: code },
    secrets: [password],
  });
}
