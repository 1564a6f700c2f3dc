import { describe, expect, test } from "vitest";
import type { Marker } from "../../../src/readiness/marker.ts";
import { remedyOf } from "../../../src/readiness/remedy.ts";
import type { Snapshot } from "../../../src/readiness/snapshot.ts";
import { printedLock } from "../../../src/readiness/printed-lock.ts";
import { wasEnded } from "../../../src/readiness/tool-lock.ts";

/** What the tools print, from their sources and public reports. */
const OUTPUTS: readonly (readonly [tail: string, meaning: RegExp, remedy: RegExp])[] = [
  [
    "Can't take lock to run migrations: Migration table is already locked\nIf you are sure migrations are not running you can release lock by running 'knex migrate:unlock'",
    /Knex found its own lock/,
    /`knex migrate:unlock`/,
  ],
  [
    "liquibase.exception.LockException: Could not acquire change log lock.  Currently locked by ci-7 (10.0.0.7) since 1/2/26, 3:04 PM",
    /databasechangeloglock/,
    /`liquibase release-locks`/,
  ],
  ["error: Dirty database version 7. Fix and force version.", /dirty.*not a lock/s, /`migrate force N`/],
  [
    "Error: Another migration is already running. Advisory lock mode is set to 'fail'.",
    /node-pg-migrate.*released when that session ends/,
    /^Wait/,
  ],
  [
    "Error: P1002\n\nThe database server at `db:5432` was reached but timed out.\n\nContext: Timed out trying to acquire a postgres advisory lock (SELECT pg_advisory_lock(72707369)). Elapsed: 10000ms.",
    /Prisma Migrate/,
    /direct URL/,
  ],
  [
    "ActiveRecord::ConcurrentMigrationError: \n\nCannot run migrations because another migration process is currently running.",
    /Rails/,
    /^Wait/,
  ],
  [
    "ERROR: Number of retries exceeded while attempting to acquire PostgreSQL advisory lock. Configure the number of retries with the 'lockRetryCount' configuration option",
    /Flyway/,
    /^Wait/,
  ],
  ["error: can't acquire database lock", /golang-migrate/, /^Wait/],
  ["Blocked by another instance of Sqitch working on the target; waited 60 seconds", /Sqitch/, /^Wait/],
  ["Error: Failed to get exclusive lock", /graphile-migrate/, /^Wait/],
  ["goose: failed to acquire lock: context deadline exceeded", /goose/, /^Wait/],
];

describe("a tool's own lock", () => {
  test.each(OUTPUTS)("is recognised in %j", (tail, meaning, remedy) => {
    expect(printedLock({ tail })?.meaning).toMatch(meaning);
    const advice = remedyOf({ code: "MIGRATION_FAILED", message: "It failed.", tail }, { host: "ci", pid: 1 }, { invocation: "7" });
    expect(advice).toMatch(remedy);
    expect(advice).toContain("To run the same migration again, run `offshoot migrate --retry`.");
  });

  test.each(["error: canceling statement due to lock timeout", 'ERROR: relation "locks" already exists', ""])(
    "is not seen in %j",
    (tail) => {
      expect(printedLock({ tail })).toBeUndefined();
    },
  );
});

const marker = (epoch: number, state: Marker["state"], more: Partial<Marker> = {}): Marker =>
  ({ database: "here", run: "r", fingerprint: `f${epoch}`, epoch, state, ...more }) as Marker;

describe("the last leader", () => {
  const killed = { error: { code: "MIGRATION_FAILED", message: "It failed.", signal: "SIGKILL" } };

  test.each<[when: string, markers: readonly Marker[], ended: boolean]>([
    ["recorded no result", [marker(1, "ready"), marker(2, "migrating")], true],
    ["had its command killed", [marker(1, "failed", killed)], true],
    ["failed by itself", [marker(1, "failed", { error: { code: "MIGRATION_FAILED", message: "It failed." } })], false],
    ["came after one that was ended", [marker(2, "ready"), marker(1, "failed", killed)], false],
    ["was one of another database", [marker(1, "migrating", { database: "copied" })], false],
    ["does not exist", [], false],
  ])("that %s: %#", (_when, markers, ended) => {
    expect(wasEnded({ database: "here", markers } as unknown as Snapshot)).toBe(ended);
  });
});
