import * as fc from "fast-check";
import { decide, underLock } from "../../../src/readiness/decide.ts";
import { conflictError, waiterError } from "../../../src/readiness/failure.ts";
import type { Marker } from "../../../src/readiness/marker.ts";
import { takeSnapshot } from "../../../src/readiness/snapshot.ts";
import { readWaiters } from "../../../src/readiness/waiting-list.ts";
import { changedJson } from "../hostile.ts";
import { sessionWith } from "../session.ts";
import { target } from "../target.ts";

const NOW = new Date("2026-11-01T12:00:00Z");
const OWNER = JSON.stringify({ host: "ci-7", pid: 12, job: "test", shard: "2", jobId: "81", leaseMs: 15_000 });
const ROW = {
  database: "7/16384",
  run: "run-1",
  fingerprint: "f".repeat(64),
  invocation: "1",
  state: "migrating",
  attempt: 1,
  epoch: 3,
  owner: OWNER,
  backendPid: 4711,
  startedAt: NOW.getTime() - 9000,
  beatAt: NOW.getTime() - 500,
  finishedAt: null,
  error: null,
  hasError: false,
};
const FAILURE = JSON.stringify({
  code: "MIGRATION_FAILED",
  message: "The migration failed.",
  exitCode: 1,
  tail: "a\nb",
  facts: { sqlstate: "42P01" },
});
const ROWS = [
  [ROW],
  [{ ...ROW, state: "failed", error: FAILURE, hasError: true, finishedAt: NOW.getTime() }],
  [
    { ...ROW, state: "ready" },
    { ...ROW, database: "7/1", state: "finalizing" },
  ],
];
const WAITERS = [[{ owner: OWNER, count: 3, since: NOW.getTime() }]];

/** Rows of the tables that everybody with rights on the schema can write. */
export const markers = target({
  name: "marker rows",
  input: fc.record({
    rows: changedJson(ROWS),
    waiters: changedJson(WAITERS),
    owner: changedJson([JSON.parse(OWNER)]),
    holder: fc.option(fc.record({ pid: fc.integer(), activeAt: fc.option(fc.date({ noInvalidDate: true })) })),
    attempt: fc.integer({ min: 1, max: 3 }),
    retry: fc.boolean(),
    invocation: fc.constantFrom(undefined, "1", "2"),
  }),
  async read({ rows, waiters, owner, holder, attempt, retry, invocation }) {
    const session = sessionWith((sql) => {
      if (sql.includes("nspname = 'offshoot'")) return [{ owner: null, tables: ["readiness", "waiters", "sessions"], kind: null }];
      if (sql.includes("offshoot.readiness"))
        return ofServer(rows).map((row, at) => (at === 0 && attempt === 2 ? { ...row, owner: JSON.stringify(owner) } : row));
      if (sql.includes("offshoot.waiters")) return ofServer(waiters);
      const held = { holderPid: holder?.pid ?? null, holderActiveAt: holder?.activeAt ?? null };
      return [{ now: NOW, branch: "", system: "7", oid: 16384, name: "app", ...held }];
    });
    const snapshot = await takeSnapshot(session);
    const caller = {
      run: "run-1",
      fingerprint: "f".repeat(64),
      invocation,
      attempt,
      job: { job: "test", shard: "2", jobId: "82" },
      retry,
      leaseMs: 15_000,
      arrivedAt: NOW,
    };
    const errors = snapshot.markers.map((marker: Marker) => [waiterError(marker, REQUEST), conflictError(marker, "e".repeat(64))]);
    return [decide(snapshot, caller), decide(underLock(snapshot), caller), errors, await readWaiters(session, snapshot.database)];
  },
});

const REQUEST = {
  owner: { host: "here", pid: 1 },
  attempt: 1,
  invocation: undefined,
  rerun: undefined,
  deletedAfterFailure: false,
  secrets: ["secret-of-the-test"],
};

/** A server sends rows. */
function ofServer(value: unknown): readonly object[] {
  return Array.isArray(value) ? value.filter((row): row is object => typeof row === "object" && row !== null) : [];
}
