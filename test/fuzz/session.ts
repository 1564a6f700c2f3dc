import type { Row, Session } from "../../src/postgres/connect.ts";

/** A session whose server answers each statement with these rows. */
export function sessionWith(answer: (sql: string) => readonly unknown[]): Session {
  return {
    query: <R extends Row>(sql: string) => Promise.resolve(answer(sql) as R[]),
    lost: new AbortController().signal,
    completed: () => 0,
    reportedPid: undefined,
    onNotification: () => {},
    close: () => Promise.resolve(),
    searchPath: () => Promise.resolve(""),
  };
}
