import type { PriorStatus } from "./expression/evaluate.ts";
import type { Context } from "./expression/value.ts";
import type { JobResult, Conclusion } from "./run-job.ts";
import { needsOf, type WorkflowText } from "./workflow-file.ts";

export type Results = Readonly<Record<string, JobResult>>;

type Jobs = WorkflowText["jobs"];

/** The result of a job as its dependants see it: all legs of its matrix combined. */
export interface CombinedResult {
  readonly result: Conclusion;
  readonly outputs: Readonly<Record<string, string>>;
}

export function combinedResult(legs: readonly JobResult[]): CombinedResult {
  const worst = (["failure", "cancelled", "success"] as const).find((verdict) => legs.some(({ result }) => result === verdict));
  const handed = legs.flatMap(({ outputs }) => Object.entries(outputs).filter(([, value]) => value !== ""));
  return { result: worst ?? "skipped", outputs: Object.fromEntries(handed) };
}

/** Every job that a job waits for, directly or not. `success()` and `failure()` consider all of them. */
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

export function statusAmong(ancestors: readonly CombinedResult[], cancelled: boolean): PriorStatus {
  const results = ancestors.map(({ result }) => result);
  return { succeeded: !cancelled && results.every((result) => result === "success"), failed: results.includes("failure"), cancelled };
}

/** The `needs` context: the direct dependencies with all their declared outputs. */
export function needsContext(jobs: Jobs, id: string, needed: ReadonlyMap<string, CombinedResult>): Context {
  const one = (need: string): Context => {
    const { result = "skipped", outputs = {} } = needed.get(need) ?? {};
    const declared = Object.keys(jobs[need]?.outputs ?? {}).map((name) => [name, outputs[name] ?? ""] as const);
    return { result, outputs: Object.fromEntries(declared) };
  };
  return Object.fromEntries(needsOf(jobs[id] ?? {}).map((need) => [need, one(need)]));
}

/** Ids of the jobs that "re-run failed jobs" starts: jobs with a failed or cancelled leg, and their dependants. */
export function jobsToRerun(jobs: Jobs, earlier: Results): ReadonlySet<string> {
  return new Set(Object.keys(jobs).filter((id) => isBrokenAmong(earlier, id) || dependsOnBroken(jobs, id, earlier)));
}

export function dependsOnBroken(jobs: Jobs, id: string, earlier: Results): boolean {
  return [...ancestorsOf(jobs, id)].some((ancestor) => isBrokenAmong(earlier, ancestor));
}

function isBrokenAmong(earlier: Results, wanted: string): boolean {
  return Object.values(earlier).some(({ id, result }) => id === wanted && isBroken(result));
}

export function isBroken(result: Conclusion): boolean {
  return result === "failure" || result === "cancelled";
}
