import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Caller, decide, underLock, type View } from "../../../src/readiness/decide.ts";
import type { Marker, MarkerState } from "../../../src/readiness/marker.ts";

const HERE = "system/1";
const ELSEWHERE = "system/2";
const at = (seconds: number): Date => new Date(1_000_000 + seconds * 1000);

const asker: Caller = { run: "run", fingerprint: "A", invocation: "7", attempt: 1, retry: false, leaseMs: 15_000, arrivedAt: at(100) };

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

function view(markers: readonly Marker[], holderPid?: number, activeAt: Date | undefined = at(99)): View {
  return { database: HERE, now: at(100), markers, holder: holderPid === undefined ? undefined : { pid: holderPid, activeAt } };
}

describe("what a caller does next", () => {
  test.each<{ when: string; markers: Marker[]; holder?: number; activeAt?: Date; who?: Partial<Caller>; does: string }>([
    { when: "nothing is there", markers: [], does: "lead" },
    { when: "somebody holds the lock and has written nothing yet", markers: [], holder: 11, does: "wait" },
    { when: "somebody holds the lock, has written nothing, and fell silent", markers: [], holder: 11, activeAt: at(80), does: "takeover" },
    { when: "it is ready", markers: [marker("ready")], does: "ready" },
    { when: "it failed", markers: [marker("failed")], does: "failed" },
    { when: "it failed in an earlier attempt", markers: [marker("failed")], who: { attempt: 2 }, does: "lead" },
    { when: "it failed in a later attempt", markers: [marker("failed", { attempt: 3 })], who: { attempt: 2 }, does: "failed" },
    { when: "it failed in an earlier invocation", markers: [marker("failed", { invocation: "6", attempt: 3 })], does: "lead" },
    {
      when: "another invocation failed while we waited",
      markers: [marker("failed", { invocation: "6" })],
      who: { arrivedAt: at(90), attempt: 2 },
      does: "failed",
    },
    { when: "it failed before a retry", markers: [marker("failed")], who: { retry: true }, does: "lead" },
    { when: "it failed while a retry waited", markers: [marker("failed")], who: { retry: true, arrivedAt: at(90) }, does: "failed" },
    { when: "a leader is at work", markers: [marker("migrating")], holder: 11, does: "wait" },
    { when: "a leader is dead", markers: [marker("migrating")], does: "lead" },
    { when: "a leader is silent", markers: [marker("migrating", { beatAt: at(84) })], holder: 11, does: "takeover" },
    {
      when: "a silent leader promised a longer lease",
      markers: [marker("migrating", { beatAt: at(84), owner: { host: "ci", pid: 1, leaseMs: 30_000 } })],
      holder: 11,
      does: "wait",
    },
    {
      when: "a new leader has the lock and the old row stands",
      markers: [marker("migrating", { beatAt: at(50) })],
      holder: 12,
      does: "wait",
    },
    { when: "the base is being copied", markers: [marker("sealing")], does: "wait" },
    { when: "another run's base is being copied", markers: [marker("sealing", { run: "other", invocation: "8" })], does: "wait" },
    { when: "the copying was given up", markers: [marker("sealing", { beatAt: at(94) })], does: "finish" },
    {
      when: "another run's copying was given up",
      markers: [marker("sealing", { run: "other", invocation: "8", fingerprint: "B", beatAt: at(94) })],
      does: "lead",
    },
    { when: "this invocation migrates others", markers: [marker("migrating", { fingerprint: "B" })], holder: 11, does: "conflict" },
    { when: "this invocation migrated others", markers: [marker("ready", { fingerprint: "B" })], does: "conflict" },
    { when: "this invocation failed with others", markers: [marker("failed", { fingerprint: "B" })], does: "conflict" },
    { when: "an earlier attempt failed with others", markers: [marker("failed", { fingerprint: "B" })], who: { attempt: 2 }, does: "lead" },
    { when: "an earlier invocation migrated others", markers: [marker("ready", { fingerprint: "B", invocation: "6" })], does: "lead" },
    {
      when: "a person's earlier migrations are there",
      markers: [marker("ready", { fingerprint: "B", invocation: undefined })],
      who: { invocation: undefined },
      does: "lead",
    },
    {
      when: "others were migrated on top since",
      markers: [marker("ready", { invocation: "5", finishedAt: at(10) }), marker("ready", { fingerprint: "B", invocation: "6" })],
      does: "lead",
    },
    {
      when: "it became ready while we waited, and others came on top",
      markers: [marker("ready", { invocation: "5", finishedAt: at(98) }), marker("ready", { fingerprint: "B", invocation: "6" })],
      who: { arrivedAt: at(97) },
      does: "ready",
    },
    { when: "the origin was ready", markers: [marker("ready", { database: ELSEWHERE, run: "base" })], does: "ready" },
    { when: "the origin was being copied as a base", markers: [marker("sealing", { database: ELSEWHERE })], does: "ready" },
    { when: "the origin was migrating", markers: [marker("migrating", { database: ELSEWHERE })], does: "lead" },
    { when: "the origin had failed", markers: [marker("failed", { database: ELSEWHERE })], does: "lead" },
    { when: "the origin was ready with others", markers: [marker("ready", { database: ELSEWHERE, fingerprint: "B" })], does: "lead" },
    {
      when: "the origin was ready, then with others",
      markers: [
        marker("ready", { database: ELSEWHERE, finishedAt: at(10) }),
        marker("ready", { database: ELSEWHERE, run: "later", fingerprint: "B", finishedAt: at(20) }),
      ],
      does: "lead",
    },
    {
      when: "the origin was ready, and others were tried on top",
      markers: [
        marker("ready", { database: ELSEWHERE, finishedAt: at(10) }),
        marker("failed", { database: ELSEWHERE, run: "later", fingerprint: "B", finishedAt: at(20) }),
      ],
      does: "lead",
    },
    {
      when: "the origin was ready, but it failed here",
      markers: [marker("ready", { database: ELSEWHERE, finishedAt: at(10) }), marker("failed")],
      does: "failed",
    },
  ])("when $when: $does", ({ markers, holder, activeAt, who, does }) => {
    expect(decide(view(markers, holder, activeAt), { ...asker, ...who }).kind).toBe(does);
  });

  test("says whether ready was inherited", () => {
    expect(decide(view([marker("ready")]), asker)).toMatchObject({ inherited: false });
    expect(decide(view([marker("ready", { database: ELSEWHERE })]), asker)).toMatchObject({ inherited: true });
  });

  test("takes over only the session that is silent, after the longer of the two leases", () => {
    const silent = marker("migrating", { beatAt: at(60), owner: { host: "ci", pid: 1, leaseMs: 30_000 } });
    expect(decide(view([silent], 11), asker)).toMatchObject({ kind: "takeover", pid: 11, leaseMs: 30_000 });
  });
});

describe("for any markers", () => {
  const seconds = fc.integer({ min: 0, max: 100 }).map(at);
  const anyMarker = fc.record({
    database: fc.constantFrom(HERE, ELSEWHERE),
    run: fc.constantFrom("run", "other"),
    fingerprint: fc.constantFrom("A", "B"),
    invocation: fc.constantFrom("6", "7", undefined),
    state: fc.constantFrom<MarkerState>("migrating", "sealing", "ready", "failed"),
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
  const anyView = fc.record({ database: fc.constant(HERE), now: fc.constant(at(100)), markers, holder });
  const anyAsker = fc.record({
    run: fc.constant("run"),
    fingerprint: fc.constant("A"),
    invocation: fc.constantFrom("7", undefined),
    attempt: fc.integer({ min: 1, max: 3 }),
    retry: fc.boolean(),
    leaseMs: fc.constant(15_000),
    arrivedAt: seconds,
  });

  test("nobody leads while the lock is held", () => {
    fc.assert(
      fc.property(anyView, anyAsker, (seen, who) => {
        fc.pre(seen.holder !== undefined);
        expect(["lead", "finish"]).not.toContain(decide(seen, who).kind);
      }),
    );
  });

  test("ready needs a marker of our fingerprint that says so", () => {
    fc.assert(
      fc.property(anyView, anyAsker, (seen, who) => {
        const decision = decide(seen, who);
        fc.pre(decision.kind === "ready");
        expect(decision.marker.fingerprint).toBe(who.fingerprint);
        expect(decision.marker.state).toMatch(decision.inherited ? /ready|sealing/ : /^ready$/);
        expect(decision.marker.database === HERE).toBe(!decision.inherited);
      }),
    );
  });

  test("a failure of this attempt is never run again without retry", () => {
    fc.assert(
      fc.property(anyView, anyAsker, fc.integer({ min: 0, max: 2 }), (seen, who, later) => {
        const own = marker("failed", { attempt: who.attempt + later, invocation: who.invocation });
        const others = seen.markers.filter((one) => one.database !== HERE || one.run !== own.run || one.fingerprint !== own.fingerprint);
        expect(decide({ ...seen, markers: [...others, own] }, { ...who, retry: false }).kind).toBe("failed");
      }),
    );
  });

  test("only a session that was silent for the lease is ended", () => {
    fc.assert(
      fc.property(anyView, anyAsker, (seen, who) => {
        const decision = decide(seen, who);
        fc.pre(decision.kind === "takeover");
        const heardAt = decision.on?.beatAt ?? seen.holder?.activeAt ?? at(100);
        expect(seen.now.getTime() - heardAt.getTime()).toBeGreaterThan(who.leaseMs);
        expect(decision.pid).toBe(seen.holder?.pid);
      }),
    );
  });

  test("under the lock only a copying is waited for", () => {
    fc.assert(
      fc.property(anyView, anyAsker, (seen, who) => {
        const decision = decide(underLock(seen), who);
        expect(decision.kind === "wait" ? decision.on?.state : decision.kind).toMatch(/sealing|lead|finish|ready|failed|conflict/);
      }),
    );
  });
});
