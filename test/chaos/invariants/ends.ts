import { mayFail } from "../plans.ts";
import { WITHIN_S } from "../runner.ts";
import type { StateChange } from "../trace.ts";
import { CODE, type Outcome, timeOf } from "./outcome.ts";

/** No runner continues before a command of its run has ended and the marker is ready. */
export function early({ ends, traces, states }: Outcome): readonly string[] {
  return ends.flatMap((runner) => {
    if (runner.code !== CODE.ready) return [];
    const end = traces.find(({ step, run }) => step === "end" && run === runner.run);
    const ready = states.find(({ state, run }) => state === "ready" && run === runner.run);
    if (end !== undefined && end.after <= runner.at && ready !== undefined && ready.at <= runner.at) return [];
    return [`${runner.name} continued at ${timeOf(runner.at)}; the command's end: ${end === undefined ? "never" : timeOf(end.after)}`];
  });
}

export function hung({ ends }: Outcome): readonly string[] {
  return ends
    .filter(({ tookMs, stoppedMs }) => tookMs - stoppedMs > (WITHIN_S + 5) * 1000)
    .map((runner) => `${runner.name} took ${Math.round(runner.tookMs)} ms`);
}

/** All runners of a run that were not killed end in the same way, and in a correct way. */
export function verdicts(outcome: Outcome): readonly string[] {
  return [...new Set(outcome.ends.map(({ run }) => run))].flatMap((run) => verdictsOf(run, outcome));
}

function verdictsOf(run: string, { schedule, ends, traces, states }: Outcome): readonly string[] {
  const refused = new Set(schedule.mix === "conflict" ? otherVersions(traces.filter((trace) => trace.run === run)) : []);
  const own = ends.filter((end) => end.run === run && !(refused.has(end.version) && end.code === CODE.conflict));
  const codes = new Set(own.map(({ code }) => code));
  const wrong = own.filter(({ code }) => code !== CODE.ready && code !== CODE.failed);
  const last = lastState(states, run);
  return [
    ...wrong.map((runner) => `${runner.name} ended with ${runner.code}`),
    ...(codes.size > 1 && wrong.length === 0 ? ["some runners succeeded and some failed"] : []),
    ...(codes.has(CODE.failed) && !mayFail(schedule) ? ["it failed, and no fault of the schedule can make it fail"] : []),
    ...(codes.has(CODE.failed) && last !== "failed" ? [`runners failed, and the marker is ${last}`] : []),
    ...(codes.has(CODE.ready) && last !== "ready" ? [`runners succeeded, and the marker is ${last}`] : []),
  ];
}

/** The versions that did not begin, if one did. If none began, a marker without a command decides, and both may be refused. */
function otherVersions(traces: Outcome["traces"]): readonly number[] {
  const begun = new Set(traces.map(({ version }) => version));
  return begun.size === 0 ? [1, 2] : [1, 2].filter((version) => !begun.has(version));
}

function lastState(states: readonly StateChange[], run: string): string | undefined {
  return states.findLast((change) => change.run === run)?.state;
}
