import { type End, WITHIN_S } from "./runner.ts";
import { mayFail, type Schedule } from "./schedule.ts";
import type { StateChange, Trace } from "./trace.ts";

/** What is known about a schedule after its end. */
export interface Outcome {
  readonly schedule: Schedule;
  /** The ends of the runners that were not killed. */
  readonly ends: readonly (End & { readonly stoppedMs: number })[];
  readonly traces: readonly Trace[];
  readonly states: readonly StateChange[];
  /** Processes and sessions of migrations that exist after all runners have ended. */
  readonly left: readonly string[];
}

/** The promises that were broken. */
export function broken(outcome: Outcome): readonly string[] {
  return [overlaps, witnessed, successes, early, hung, verdicts, leftovers].flatMap((check) => check(outcome));
}

const EXIT_READY = 0;
const EXIT_FAILED = 11;

function begins(traces: readonly Trace[]): readonly Trace[] {
  return traces.filter(({ step }) => step === "begin");
}

/** Two commands never overlap: an earlier one writes nothing after a later one began. */
function overlaps({ traces }: Outcome): readonly string[] {
  const all = begins(traces);
  return all.flatMap((begin, place) => {
    const earlier = new Set(all.slice(0, place).map(({ token }) => token));
    const late = traces.find((trace) => earlier.has(trace.token) && trace.at >= begin.at);
    return late === undefined
      ? []
      : [`commands overlap: ${name(late)} wrote "${late.step}" at ${time(late.at)}, after ${name(begin)} began at ${time(begin.at)}`];
  });
}

/** The command and sessions of a replaced leader have ended before the next command begins, as the next command sees. */
function witnessed({ traces }: Outcome): readonly string[] {
  return begins(traces).flatMap((begin) => {
    const { sessions = [], processes = [] } = begin.seen ?? {};
    return sessions.length + processes.length === 0 ? [] : [`${name(begin)} began beside ${JSON.stringify(begin.seen)}`];
  });
}

/** There is one recorded success, and no command begins after it. */
function successes({ ends, traces, states }: Outcome): readonly string[] {
  const ready = states.filter(({ state }) => state === "ready");
  const ran = ends.filter(({ state }) => state === "ran");
  const after = begins(traces).filter(({ at }) => ready[0] !== undefined && at > ready[0].at);
  return [
    ...(ready.length > 1 ? [`"ready" was recorded ${ready.length} times`] : []),
    ...(ran.length > 1 ? [`${ran.length} runners report that they ran it`] : []),
    ...after.map((begin) => `${name(begin)} began after "ready"`),
  ];
}

/** No runner continues before the command has ended and the marker is ready. */
function early({ ends, traces, states }: Outcome): readonly string[] {
  const end = traces.find(({ step }) => step === "end");
  const ready = states.find(({ state }) => state === "ready");
  return ends
    .filter(({ code, at }) => code === EXIT_READY && (end === undefined || end.at > at || ready === undefined || ready.at > at))
    .map((runner) => `${runner.name} continued at ${time(runner.at)}; the command's end: ${end === undefined ? "never" : time(end.at)}`);
}

function hung({ ends }: Outcome): readonly string[] {
  return ends
    .filter(({ tookMs, stoppedMs }) => tookMs - stoppedMs > (WITHIN_S + 5) * 1000)
    .map((runner) => `${runner.name} took ${Math.round(runner.tookMs)} ms`);
}

/** All runners that were not killed end in the same way, and in a correct way. */
function verdicts({ schedule, ends, states }: Outcome): readonly string[] {
  const codes = new Set(ends.map(({ code }) => code));
  const wrong = ends.filter(({ code }) => code !== EXIT_READY && code !== EXIT_FAILED);
  const last = states.at(-1)?.state;
  return [
    ...wrong.map((runner) => `${runner.name} ended with ${runner.code}`),
    ...(codes.size > 1 && wrong.length === 0 ? ["some runners succeeded and some failed"] : []),
    ...(codes.has(EXIT_FAILED) && !mayFail(schedule) ? ["it failed, and no fault of the schedule can make it fail"] : []),
    ...(codes.has(EXIT_FAILED) && last !== "failed" ? [`runners failed, and the marker is ${last}`] : []),
    ...(codes.has(EXIT_READY) && last !== "ready" ? [`runners succeeded, and the marker is ${last}`] : []),
  ];
}

function leftovers({ left }: Outcome): readonly string[] {
  return left.map((what) => `left behind: ${what}`);
}

function name({ token }: Trace): string {
  return `command ${token.slice(0, 4)}`;
}

function time(at: Date): string {
  return at.toISOString().slice(11, 23);
}
