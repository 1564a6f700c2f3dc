/** A row from the server. */
export type Row = Record<string, unknown>;

/** One session with a server. Only `connect.ts` uses the `pg` package. */
export interface Session {
  /** Runs one statement. Throws the server's error, with the SQLSTATE as `code`; after `lost`, the error that ended the session. */
  query<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** How many statements of the text that was sent last the server has completed. */
  completed(): number;
  /** The search path of the database for this role: that of the user's SQL, and not that of our own sessions. */
  searchPath(): Promise<string>;
  /** Opens a session in another database of the server, with the same options. Missing in a session with the settings of the database. */
  readonly other?: ((database: string) => Promise<Session>) | undefined;
  /** The connection leads to a pooler, which refused or ignored our startup options. Default false. */
  readonly isPooled?: boolean | undefined;
  /** Aborts when the connection has ended for any reason. */
  readonly lost: AbortSignal;
  /** The server process that the protocol reported. A pooler reports a number of its own. Undefined: certainly behind a pooler. */
  readonly reportedPid: number | undefined;
  /** Calls `receive` for each notification (`listen`). */
  onNotification(receive: () => void): void;
  /** Closes the connection, within one second even over a dead network; never throws. */
  close(): Promise<void>;
}

/** A session, and the major version that its server reported when it was opened; 0 if a pooler reports none. */
export interface Opened extends Session {
  readonly major: number;
}
