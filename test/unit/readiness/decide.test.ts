import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Caller, decide, underLock } from "../../../src/readiness/decide.ts";
import { ledStarts } from "../../../src/readiness/job-starts.ts";
import type { Marker, MarkerState } from "../../../src/readiness/marker.ts";
import type { Snapshot } from "../../../src/readiness/snapshot.ts";

const HERE = "system/1";
const ELSEWHERE = "system/2";
const at = (seconds: number): Date => new Date(1_000_000 + seconds * 1000);

const caller: Caller = {
  run: "run",
  fingerprint: "A",
  invocation: "7",
  attempt: 1,
  job: {},
  retry: false,
  leaseMs: 15_000,
  arrivedAt: at(100),
};

/** The same job of a GitLab pipeline, by the number of its start. */
const gitlabJob = (jobId: string) => ({ host: "ci", pid: 1, leaseMs: 15_000, job: "migrate", shard: "1", jobId });

/** One start of a job in a service that counts the starts of each job. */
const countedJob = (job: string, jobAttempt: number, more: object = {}) => ({
  attempt: jobAttempt,
  owner: { host: "ci", pid: 1, leaseMs: 15_000, job, jobId: `${job}-${jobAttempt}`, jobAttempt, ...more },
});
const countedCaller = (job: string, jobAttempt: number, more: object = {}): Partial<Caller> => ({
  attempt: jobAttempt,
  job: countedJob(job, jobAttempt, more).owner,
});

function marker(state: MarkerState, changes: Partial<Marker> = {}): Marker {
  const ended = state === "ready" || state === "failed";
  return {
    database: HERE,
    run: "run",
    fingerprint: "A",
    invocation: "7",
    state,
    attempt: 1,
    epoch: 1,
    owner: { host: "ci", pid: 1, leaseMs: 15_000 },
    backendPid: 11,
    startedAt: at(50),
    beatAt: at(99),
    finishedAt: ended ? at(99) : undefined,
    error: undefined,
    ...changes,
  };
}

function snapshot(markers: readonly Marker[], holderPid?: number, activeAt: Date | undefined = at(99)): Snapshot {
  return { database: HERE, now: at(100), markers, holder: holderPid === undefined ? undefined : { pid: holderPid, activeAt } };
}

describe("a decision", () => {
  test.each<{ when: string; markers: Marker[]; holder?: number; activeAt?: Date; who?: Partial<Caller>; does: string }>([
    { when: "the database has no marker", markers: [], does: "lead" },
    { when: "another job holds the lock and has written no marker", markers: [], holder: 11, does: "wait" },
    {
      when: "another job holds the lock, has written no marker, and is silent for its lease",
      markers: [],
      holder: 11,
      activeAt: at(80),
      does: "takeover",
    },
    { when: "the marker is ready", markers: [marker("ready")], does: "ready" },
    { when: "the migration failed", markers: [marker("failed")], does: "failed" },
    { when: "the migration failed in an earlier attempt", markers: [marker("failed")], who: { attempt: 2 }, does: "lead" },
    { when: "the migration failed in a later attempt", markers: [marker("failed", { attempt: 3 })], who: { attempt: 2 }, does: "failed" },
    {
      when: "the migration failed in an earlier start of this job (GitLab)",
      markers: [marker("failed", { owner: gitlabJob("9") })],
      who: { job: gitlabJob("10") },
      does: "lead",
    },
    {
      when: "the migration failed in a sibling with the same name, and this one started later",
      markers: [marker("failed", { owner: gitlabJob("9") })],
      who: { job: { ...gitlabJob("10"), shard: "2" } },
      does: "failed",
    },
    {
      when: "the migration failed in another job, and this one started later",
      markers: [marker("failed", { owner: gitlabJob("9") })],
      who: { job: { ...gitlabJob("10"), job: "lint" } },
      does: "failed",
    },
    {
      when: "the migration failed in a later start of this job",
      markers: [marker("failed", { owner: gitlabJob("10") })],
      who: { job: gitlabJob("9") },
      does: "failed",
    },
    {
      when: "the migration failed in an earlier start of this job, and then in another one (GitLab)",
      markers: [marker("failed", { owner: { ...gitlabJob("11"), job: "lint", starts: ledStarts({ owner: gitlabJob("9") }) } })],
      who: { job: gitlabJob("12") },
      does: "lead",
    },
    {
      when: "the migration failed in another job while this one waited, and before in an earlier start of this job (GitLab)",
      markers: [marker("failed", { owner: { ...gitlabJob("11"), job: "lint", starts: ledStarts({ owner: gitlabJob("9") }) } })],
      who: { job: gitlabJob("12"), arrivedAt: at(90) },
      does: "failed",
    },
    {
      when: "the migration failed in the second start of another job (Buildkite)",
      markers: [marker("failed", countedJob("other", 2))],
      who: countedCaller("test", 2),
      does: "lead",
    },
    {
      when: "the migration failed in a later start of another job (Buildkite)",
      markers: [marker("failed", countedJob("other", 5))],
      who: countedCaller("test", 2),
      does: "lead",
    },
    {
      when: "the migration failed in the second start of another job, and this is the first one of this job",
      markers: [marker("failed", countedJob("other", 2))],
      who: countedCaller("test", 1),
      does: "failed",
    },
    {
      when: "the migration failed in the second start of a sibling, and this is the first one of this copy",
      markers: [marker("failed", countedJob("test", 2))],
      who: countedCaller("test", 1, { shard: "2" }),
      does: "failed",
    },
    {
      when: "the migration failed in this start, which is a retried one",
      markers: [marker("failed", countedJob("test", 2))],
      who: countedCaller("test", 2),
      does: "failed",
    },
    {
      when: "the migration failed in this start, and then in another retried job",
      markers: [marker("failed", countedJob("other", 2, { starts: ledStarts(countedJob("test", 2)) }))],
      who: countedCaller("test", 2),
      does: "failed",
    },
    {
      when: "the migration failed in another retried job while this retried job waited",
      markers: [marker("failed", countedJob("other", 2))],
      who: { ...countedCaller("test", 2), arrivedAt: at(90) },
      does: "failed",
    },
    { when: "the migration failed in an earlier invocation", markers: [marker("failed", { invocation: "6", attempt: 3 })], does: "lead" },
    {
      when: "another invocation failed while the caller waited",
      markers: [marker("failed", { invocation: "6" })],
      who: { arrivedAt: at(90), attempt: 2 },
      does: "failed",
    },
    { when: "the migration failed before a retry", markers: [marker("failed")], who: { retry: true }, does: "lead" },
    {
      when: "the migration failed while a retry waited",
      markers: [marker("failed")],
      who: { retry: true, arrivedAt: at(90) },
      does: "failed",
    },
    { when: "a leader sends heartbeats", markers: [marker("migrating")], holder: 11, does: "wait" },
    { when: "a leader is dead and its lock is free", markers: [marker("migrating")], does: "lead" },
    { when: "a leader is silent for its lease", markers: [marker("migrating", { beatAt: at(84) })], holder: 11, does: "takeover" },
    {
      when: "a silent leader has a longer lease",
      markers: [marker("migrating", { beatAt: at(84), owner: { host: "ci", pid: 1, leaseMs: 30_000 } })],
      holder: 11,
      does: "wait",
    },
    {
      when: "a new leader has the lock and the marker is still the old one",
      markers: [marker("migrating", { beatAt: at(50) })],
      holder: 12,
      does: "wait",
    },
    { when: "the base is being copied", markers: [marker("finalizing")], does: "wait" },
    { when: "another run's base is being copied", markers: [marker("finalizing", { run: "other", invocation: "8" })], does: "wait" },
    { when: "the leader ended while the base was copied", markers: [marker("finalizing", { beatAt: at(94) })], does: "finish" },
    {
      when: "another run's leader ended while its base was copied",
      markers: [marker("finalizing", { run: "other", invocation: "8", fingerprint: "B", beatAt: at(94) })],
      does: "lead",
    },
    {
      when: "the same invocation runs other migrations",
      markers: [marker("migrating", { fingerprint: "B" })],
      holder: 11,
      does: "conflict",
    },
    { when: "the same invocation ran other migrations", markers: [marker("ready", { fingerprint: "B" })], does: "conflict" },
    { when: "the same invocation failed with other migrations", markers: [marker("failed", { fingerprint: "B" })], does: "conflict" },
    {
      when: "an earlier attempt failed with other migrations",
      markers: [marker("failed", { fingerprint: "B" })],
      who: { attempt: 2 },
      does: "lead",
    },
    { when: "an earlier invocation ran other migrations", markers: [marker("ready", { fingerprint: "B", invocation: "6" })], does: "lead" },
    {
      when: "a person has run earlier migrations",
      markers: [marker("ready", { fingerprint: "B", invocation: undefined })],
      who: { invocation: undefined },
      does: "lead",
    },
    {
      when: "other migrations were run later",
      markers: [marker("ready", { invocation: "5", finishedAt: at(10) }), marker("ready", { fingerprint: "B", invocation: "6" })],
      does: "lead",
    },
    {
      when: "the marker became ready while the caller waited, and other migrations were run later",
      markers: [marker("ready", { invocation: "5", finishedAt: at(98) }), marker("ready", { fingerprint: "B", invocation: "6" })],
      who: { arrivedAt: at(97) },
      does: "ready",
    },
    { when: "the origin was ready", markers: [marker("ready", { database: ELSEWHERE, run: "base" })], does: "ready" },
    { when: "the origin was being copied as a base", markers: [marker("finalizing", { database: ELSEWHERE })], does: "ready" },
    { when: "the origin was migrating", markers: [marker("migrating", { database: ELSEWHERE })], does: "lead" },
    { when: "the origin had failed", markers: [marker("failed", { database: ELSEWHERE })], does: "lead" },
    {
      when: "the origin was ready with other migrations",
      markers: [marker("ready", { database: ELSEWHERE, fingerprint: "B" })],
      does: "lead",
    },
    {
      when: "the origin was ready, and then ready with other migrations",
      markers: [
        marker("ready", { database: ELSEWHERE, finishedAt: at(10) }),
        marker("ready", { database: ELSEWHERE, run: "later", fingerprint: "B", finishedAt: at(20) }),
      ],
      does: "lead",
    },
    {
      when: "the origin was ready, and other migrations failed later",
      markers: [
        marker("ready", { database: ELSEWHERE, finishedAt: at(10) }),
        marker("failed", { database: ELSEWHERE, run: "later", fingerprint: "B", finishedAt: at(20) }),
      ],
      does: "lead",
    },
    {
      when: "the origin was ready, but the migration failed here",
      markers: [marker("ready", { database: ELSEWHERE, finishedAt: at(10) }), marker("failed")],
      does: "failed",
    },
  ])("is $does when $when", ({ markers, holder, activeAt, who, does }) => {
    expect(decide(snapshot(markers, holder, activeAt), { ...caller, ...who }).kind).toBe(does);
  });

  test("reports whether ready was inherited", () => {
    expect(decide(snapshot([marker("ready")]), caller)).toMatchObject({ inherited: false });
    expect(decide(snapshot([marker("ready", { database: ELSEWHERE })]), caller)).toMatchObject({ inherited: true });
  });

  test("a takeover names the silent session and the longer of the two leases", () => {
    const silent = marker("migrating", { beatAt: at(60), owner: { host: "ci", pid: 1, leaseMs: 30_000 } });
    expect(decide(snapshot([silent], 11), caller)).toMatchObject({ kind: "takeover", pid: 11, leaseMs: 30_000 });
  });
});

describe("decisions for any markers", () => {
  const seconds = fc.integer({ min: 0, max: 100 }).map(at);
  const anyMarker = fc.record({
    database: fc.constantFrom(HERE, ELSEWHERE),
    run: fc.constantFrom("run", "other"),
    fingerprint: fc.constantFrom("A", "B"),
    invocation: fc.constantFrom("6", "7", undefined),
    state: fc.constantFrom<MarkerState>("migrating", "finalizing", "ready", "failed"),
    attempt: fc.integer({ min: 1, max: 3 }),
    epoch: fc.integer({ min: 1, max: 9 }),
    owner: fc.constant({ host: "ci", pid: 1, leaseMs: 15_000 }),
    backendPid: fc.constantFrom(11, 12, undefined),
    startedAt: seconds,
    beatAt: seconds,
    finishedAt: fc.option(seconds, { nil: undefined }),
    error: fc.constant(undefined),
  });
  const markers = fc.uniqueArray(anyMarker, { selector: (one) => `${one.database} ${one.run} ${one.fingerprint}`, maxLength: 8 });
  const holder = fc.option(fc.record({ pid: fc.constantFrom(11, 12), activeAt: fc.option(seconds, { nil: undefined }) }), {
    nil: undefined,
  });
  const anySnapshot = fc.record({ database: fc.constant(HERE), now: fc.constant(at(100)), markers, holder });
  const anyCaller = fc.record({
    job: fc.constant({}),
    run: fc.constant("run"),
    fingerprint: fc.constant("A"),
    invocation: fc.constantFrom("7", undefined),
    attempt: fc.integer({ min: 1, max: 3 }),
    retry: fc.boolean(),
    leaseMs: fc.constant(15_000),
    arrivedAt: seconds,
  });

  test("no caller leads while another session holds the lock", () => {
    fc.assert(
      fc.property(anySnapshot, anyCaller, (seen, who) => {
        fc.pre(seen.holder !== undefined);
        expect(["lead", "finish"]).not.toContain(decide(seen, who).kind);
      }),
    );
  });

  test("ready needs a ready marker of the caller's fingerprint", () => {
    fc.assert(
      fc.property(anySnapshot, anyCaller, (seen, who) => {
        const decision = decide(seen, who);
        fc.pre(decision.kind === "ready");
        expect(decision.marker.fingerprint).toBe(who.fingerprint);
        expect(decision.marker.state).toMatch(decision.inherited ? /ready|finalizing/ : /^ready$/);
        expect(decision.marker.database === HERE).toBe(!decision.inherited);
      }),
    );
  });

  test("a failure of the same attempt is not repeated without retry", () => {
    fc.assert(
      fc.property(anySnapshot, anyCaller, fc.integer({ min: 0, max: 2 }), (seen, who, later) => {
        const own = marker("failed", { attempt: who.attempt + later, invocation: who.invocation });
        const others = seen.markers.filter((one) => one.database !== HERE || one.run !== own.run || one.fingerprint !== own.fingerprint);
        expect(decide({ ...seen, markers: [...others, own] }, { ...who, retry: false }).kind).toBe("failed");
      }),
    );
  });

  test("a takeover ends only a session that was silent for its lease", () => {
    fc.assert(
      fc.property(anySnapshot, anyCaller, (seen, who) => {
        const decision = decide(seen, who);
        fc.pre(decision.kind === "takeover");
        const heardAt = decision.on?.beatAt ?? seen.holder?.activeAt ?? at(100);
        expect(seen.now.getTime() - heardAt.getTime()).toBeGreaterThan(who.leaseMs);
        expect(decision.pid).toBe(seen.holder?.pid);
      }),
    );
  });

  test("a caller that holds the lock waits only for a base that is being copied", () => {
    fc.assert(
      fc.property(anySnapshot, anyCaller, (seen, who) => {
        const decision = decide(underLock(seen), who);
        expect(decision.kind === "wait" ? decision.on?.state : decision.kind).toMatch(/finalizing|lead|finish|ready|failed|conflict/);
      }),
    );
  });
});
