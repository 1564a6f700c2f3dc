import type { StateChange } from "../trace.ts";
import { begins, nameOf, type Outcome } from "./outcome.ts";

/** Each run has one recorded success, and none of its commands begins after it. */
export function successes({ schedule, ends, traces, states }: Outcome): readonly string[] {
  return [...new Set(states.map(({ run }) => run))].flatMap((run) => {
    const ready = states.filter((change) => change.run === run && change.state === "ready");
    const ran = ends.filter((end) => end.run === run && end.state === "ran");
    // With two versions in one database, the first one is migrated again for a job that starts after the second one.
    const mayRepeat = schedule.mix === "runs" && isSuperseded(run, states);
    const first = ready[0];
    const after = begins(traces).filter((begin) => begin.run === run && first !== undefined && begin.before > first.at);
    if (mayRepeat) return [];
    return [
      ...(ready.length > 1 ? [`"ready" was recorded ${ready.length} times for ${run}`] : []),
      ...(ran.length > 1 ? [`${ran.length} runners report that they ran it`] : []),
      ...after.map((begin) => `${nameOf(begin)} began after "ready"`),
    ];
  });
}

/** Whether another run's migration changed the database after this run's first success. */
function isSuperseded(run: string, states: readonly StateChange[]): boolean {
  const ready = states.find((change) => change.run === run && change.state === "ready");
  return ready !== undefined && states.some((change) => change.run !== run && change.at > ready.at);
}

/** In one run only one version of the migrations begins. */
export function versions({ schedule, traces }: Outcome): readonly string[] {
  if (schedule.mix !== "conflict") return [];
  const begun = new Set(begins(traces).map(({ version }) => version));
  return begun.size > 1 ? ["two versions of the migrations began in one run"] : [];
}
