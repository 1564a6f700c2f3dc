import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { describeWaiting, type NoAnswer, requireDatabase } from "../../../src/readiness/waiter.ts";
import type { Snapshot } from "../../../src/readiness/snapshot.ts";
import type { Owner, ReadinessRequest } from "../../../src/readiness/request.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

const refused = new Error("connect ECONNREFUSED 127.0.0.1:5432");

/** A request for a database that exists or not, with the number of checks. */
function requestFor(exists: boolean): { readonly request: ReadinessRequest; checks: number } {
  const counted = { checks: 0, request: {} as ReadinessRequest };
  const request: Partial<ReadinessRequest> = {
    url: "postgres://ada:secret@127.0.0.1:5432/shop" as ReadinessRequest["url"],
    async databaseExists() {
      counted.checks += 1;
      return exists;
    },
  };
  counted.request = request as ReadinessRequest;
  return counted;
}

test("a database without an answer for a moment is not checked", async () => {
  const { request } = requestFor(false);
  const noAnswer: NoAnswer = {};
  await requireDatabase(noAnswer, request, refused);
  vi.advanceTimersByTime(1999);
  await expect(requireDatabase(noAnswer, request, refused)).resolves.toBeUndefined();
});

test("a database that was deleted ends the wait, and no password is shown", async () => {
  const { request } = requestFor(false);
  const noAnswer: NoAnswer = {};
  await requireDatabase(noAnswer, request, refused);
  vi.advanceTimersByTime(2000);
  await expect(requireDatabase(noAnswer, request, refused)).rejects.toMatchObject({
    code: "CONNECTION_FAILED",
    message: "The database 127.0.0.1:5432/shop was deleted: connect ECONNREFUSED 127.0.0.1:5432",
    facts: { missing: true },
  });
});

test("a database that still exists is waited for, and is checked every two seconds", async () => {
  const counted = requestFor(true);
  const noAnswer: NoAnswer = {};
  for (let ms = 0; ms < 10_000; ms += 250) {
    await requireDatabase(noAnswer, counted.request, refused);
    vi.advanceTimersByTime(250);
  }
  expect(counted.checks).toBe(4);
});

test("a database that cannot be checked is waited for", async () => {
  const noAnswer: NoAnswer = { checkAt: -1 };
  await expect(requireDatabase(noAnswer, {} as ReadinessRequest, refused)).resolves.toBeUndefined();
});

const at = new Date("2026-01-02T10:00:20Z");
const snapshotOf = (owner: Owner): Snapshot => {
  const marker = { database: "d", run: "r", state: "migrating", epoch: 1, owner, startedAt: new Date("2026-01-02T10:00:00Z"), beatAt: at };
  return { database: "d", now: at, markers: [marker], holder: undefined } as unknown as Snapshot;
};
const own: Owner = { host: "ci-7", pid: 12 };

test("a job that lost the lead waits for its lost lead, and not for itself", () => {
  const text = describeWaiting(snapshotOf(own), { owner: own, hasLostLead: true })?.text;
  expect(text).toBe(
    "Waiting until the lost lead of this job (pid 12) has ended on the server. It began 20.0 s ago, at 10:00:00 UTC; last heartbeat 0.0 s ago. Then this job or another one leads again.",
  );
});

test("another caller in one process is named as such, and another job by its host and process", () => {
  const self = { owner: own, hasLostLead: false };
  expect(describeWaiting(snapshotOf(own), self)?.text).toMatch(
    /^Waiting for another caller in this process \(pid 12\), which has been migrating/,
  );
  expect(describeWaiting(snapshotOf({ host: "ci-7", pid: 13 }), self)?.text).toMatch(/^Waiting for ci-7 \(pid 13\), which/);
  expect(describeWaiting(snapshotOf({ host: "ci-8", pid: 12 }), { owner: own, hasLostLead: true })?.status).toMatch(/^waiting for ci-8/);
});
