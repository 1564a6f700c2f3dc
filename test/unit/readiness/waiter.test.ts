import { expect, test } from "vitest";
import { describeWaiting } from "../../../src/readiness/waiter.ts";
import type { Snapshot } from "../../../src/readiness/snapshot.ts";
import type { Owner } from "../../../src/readiness/request.ts";

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
