import { expect, test } from "vitest";
import { broken } from "../../chaos/invariants/invariants.ts";
import type { Outcome } from "../../chaos/invariants/outcome.ts";
import { takeovers } from "../../chaos/invariants/takeovers.ts";
import type { Schedule } from "../../chaos/plans.ts";
import type { End } from "../../chaos/runner.ts";
import { scheduleOf } from "../../chaos/schedule.ts";
import type { StateChange, Trace } from "../../chaos/trace.ts";

const SCHEDULE: Schedule = {
  ...scheduleOf(1),
  seed: 1,
  leaseMs: 2000,
  stage: "server",
  mix: "same",
  command: { shape: "session", workMs: 500, ignoresTerm: false, forks: false, detaches: "nothing", ownName: false, end: "well" },
  faults: [{ kind: "kill-leader", after: "begin", atMs: 100 }],
};

const at = (ms: number): Date => new Date(1_800_000_000_000 + ms);

function trace(token: string, step: Trace["step"], ms: number, own: Partial<Trace> = {}): Trace {
  const epoch = token === "a" ? 1 : 2;
  return { token, run: "chaos-1", version: 1, step, pid: 1, port: 1, epoch, before: at(ms), after: at(ms + 30), seen: null, ...own };
}

function state(name: string, epoch: number, ms: number): StateChange {
  return { run: "chaos-1", fingerprint: "f", state: name, epoch, at: at(ms) };
}

function end(name: string, own: Partial<End> = {}): End {
  return { name, run: "chaos-1", version: 1, code: 0, state: "waited", at: at(5000), tookMs: 5000, stoppedMs: 0, ...own };
}

const GOOD: Outcome = {
  schedule: SCHEDULE,
  ends: [end("runner 1", { state: "ran" }), end("runner 2")],
  traces: [
    trace("a", "begin", 1000),
    trace("a", "tick", 1100),
    trace("b", "begin", 3000),
    trace("b", "tick", 3100),
    trace("b", "end", 3600),
  ],
  states: [state("migrating", 1, 900), state("migrating", 2, 2900), state("ready", 2, 3700)],
  strikes: [{ kind: "kill-leader", from: at(1200), to: at(1200), epoch: 1 }],
  left: [],
};

test("a schedule in which nothing is wrong keeps every promise", () => {
  expect(broken(GOOD)).toEqual([]);
});

test.each<readonly [string, Partial<Outcome>, RegExp]>([
  ["a late step of a replaced command", { traces: [...GOOD.traces, trace("a", "tick", 3050)] }, /overlap for 0\.1 s/],
  [
    "a session beside the next command",
    {
      traces: GOOD.traces.map((each) =>
        each.token === "b" && each.step === "begin" ? { ...each, seen: { sessions: ["x"], processes: [] } } : each,
      ),
    },
    /began beside/,
  ],
  ["a step after ready", { traces: [...GOOD.traces, trace("b", "fork-tick", 3800)] }, /after "ready"/],
  ["a second success", { states: [...GOOD.states, state("ready", 3, 4000)] }, /recorded 2 times/],
  ["two that ran it", { ends: GOOD.ends.map((each) => ({ ...each, state: "ran" })) }, /2 runners report/],
  ["an early runner", { ends: [end("runner 1", { at: at(3500) })] }, /continued at/],
  ["a runner that hangs", { ends: [end("runner 1", { tookMs: 60_000 })] }, /took 60000 ms/],
  ["another exit status", { ends: [end("runner 1", { code: 1 })] }, /ended with 1/],
  ["a failure without a reason", { ends: [end("runner 1", { code: 11 })], states: [state("failed", 2, 3700)] }, /no fault of the schedule/],
  ["what is left", { left: ["session x"] }, /left behind/],
  [
    "a slow takeover",
    {
      traces: [trace("a", "begin", 1000), trace("b", "begin", 12_000), trace("b", "end", 12_500)],
      states: [state("ready", 2, 12_600)],
      ends: [end("runner 1", { at: at(13_000), tookMs: 13_000 })],
    },
    /took 10800 ms/,
  ],
])("%s is reported", (_, outcome, text) => {
  expect(broken({ ...GOOD, ...outcome }).join("\n")).toMatch(text);
});

test("two versions that began in one run are reported", () => {
  const traces = GOOD.traces.map((each) => (each.token === "b" ? { ...each, version: 2 } : each));
  expect(broken({ ...GOOD, schedule: { ...SCHEDULE, mix: "conflict" }, traces }).join("\n")).toMatch(/two versions/);
});

test("a takeover counts from the kill to the begin of the next command, unless another fault came between", () => {
  expect(takeovers(GOOD)).toEqual([{ kind: "kill", ms: 1800, limitMs: 5000 }]);
  const cut = { kind: "cut" as const, from: at(2000), to: at(2000), epoch: undefined };
  expect(takeovers({ ...GOOD, strikes: [...GOOD.strikes, cut] })).toEqual([]);
});

test("at least every second schedule has a fault that a leader at work does not survive", () => {
  const schedules = Array.from({ length: 200 }, (_, seed) => scheduleOf(seed));
  const kinds = /^(kill-(leader|pair|triple|successor)|cancel-leader|stop-leader|freeze-machine|terminate-leader)$/;
  expect(schedules.filter(({ faults }) => faults.some(({ kind }) => kinds.test(kind))).length).toBeGreaterThan(100);
});
