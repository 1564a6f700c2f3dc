import { expect, expectTypeOf, test } from "vitest";
import { sharesSessions } from "../../../src/readiness/session.ts";
import type { ReadinessRequest } from "../../../src/readiness/readiness.ts";
import type { Row, Session } from "../../support/session.ts";

/** A client whose statements run in these server processes, one after another. The last process runs all further statements. */
function clientOn(...pids: number[]): Session {
  const next = (): number => (pids.length > 1 ? pids.shift() : pids[0]) ?? 0;
  return {
    lost: new AbortController().signal,
    completed: () => 0,
    reportedPid: undefined,
    onNotification: () => {},
    query: async <R extends Row>(sql: string) => (sql.includes("pg_backend_pid") ? [{ pid: next() }] : []) as unknown as R[],
    searchPath: async () => "public",
    close: async () => {},
  };
}

test.each([
  { what: "two clients with one server process each", idle: [1], busy: [2], pooled: false },
  { what: "two clients on one server process", idle: [1], busy: [1], pooled: true },
  { what: "one client that moves to another server process", idle: [1, 3], busy: [2], pooled: true },
])("sharesSessions is $pooled for $what", async ({ idle, busy, pooled }) => {
  expect(await sharesSessions(clientOn(...idle), clientOn(...busy))).toBe(pooled);
});

test("a plain string is not accepted as a direct URL", () => {
  expectTypeOf<string>().not.toExtend<ReadinessRequest["url"]>();
});
