import * as own from "../../src/postgres/connect.ts";

export type { ConnectOptions, Row, Session } from "../../src/postgres/connect.ts";

/** Sessions of tests have the settings of the database, as those of users. Sessions of offshoot have their own. */
export function connect(url: string, options: own.ConnectOptions = {}): Promise<own.Session> {
  return own.connect(url, { settings: "database", ...options });
}

export function withSession<T>(url: string, work: (session: own.Session) => Promise<T>, options: own.ConnectOptions = {}): Promise<T> {
  return own.withSession(url, work, { settings: "database", ...options });
}
