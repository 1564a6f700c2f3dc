import type { Standing } from "./expression/evaluate.ts";
import type { Context } from "./expression/value.ts";
import type { JobResult, Verdict } from "./job.ts";
import { needsOf, type WorkflowText } from "./text.ts";

export type Results = Readonly<Record<string, JobResult>>;

type Jobs = WorkflowText["jobs"];

/** A job as those that need it see it: the legs of its matrix as one. */
export interface Whole {
  readonly result: Verdict;
  readonly outputs: Readonly<Record<string, string>>;
}

export function wholeOf(legs: readonly JobResult[]): Whole {
  const worst = (["failure", "cancelled", "success"] as const).find((verdict) => legs.some(({ result }) => result === verdict));
  const handed = legs.flatMap(({ outputs }) => Object.entries(outputs).filter(([, value]) => value !== ""));
  return { result: worst ?? "skipped", outputs: Object.fromEntries(handed) };
}

/** All that a job waits for, directly or not; `success()` and `failure()` ask about every one of them. */
export function ancestorsOf(jobs: Jobs, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    for (const need of needsOf(jobs[name] ?? {})) {
      if (found.has(need)) continue;
      found.add(need);
      add(need);
    }
  };
  add(id);
  if (found.has(id)) throw new Error(`The job ${id} waits for itself.`);
  return found;
}

export function standingAmong(ancestors: readonly Whole[], cancelled: boolean): Standing {
  const results = ancestors.map(({ result }) => result);
  return { succeeded: !cancelled && results.every((result) => result === "success"), failed: results.includes("failure"), cancelled };
}

/** The `needs` context: the direct ones, with every output that they declare. */
export function needsContext(jobs: Jobs, id: string, wholes: ReadonlyMap<string, Whole>): Context {
  const one = (need: string): Context => {
    const { result = "skipped", outputs = {} } = wholes.get(need) ?? {};
    const declared = Object.keys(jobs[need]?.outputs ?? {}).map((name) => [name, outputs[name] ?? ""] as const);
    return { result, outputs: Object.fromEntries(declared) };
  };
  return Object.fromEntries(needsOf(jobs[id] ?? {}).map((need) => [need, one(need)]));
}

/** Ids of the jobs that "re-run failed jobs" starts: those with a leg that failed or was cancelled, and what needs them. */
export function jobsToRerun(jobs: Jobs, earlier: Results): ReadonlySet<string> {
  return new Set(Object.keys(jobs).filter((id) => isBrokenAmong(earlier, id) || dependsOnBroken(jobs, id, earlier)));
}

export function dependsOnBroken(jobs: Jobs, id: string, earlier: Results): boolean {
  return [...ancestorsOf(jobs, id)].some((ancestor) => isBrokenAmong(earlier, ancestor));
}

function isBrokenAmong(earlier: Results, wanted: string): boolean {
  return Object.values(earlier).some(({ id, result }) => id === wanted && isBroken(result));
}

export function isBroken(result: Verdict): boolean {
  return result === "failure" || result === "cancelled";
}
