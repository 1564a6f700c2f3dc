import { canBeTrueIn, conditionOf, exclude } from "./conditions.ts";
import { withNeededResults } from "./needed-results.ts";
import type { Job, Workflow } from "./workflow.ts";

/** Whether one of two jobs waits for the other, also through other jobs. */
export function isOrdered(one: Job, other: Job, jobs: readonly Job[]): boolean {
  return comesAfter(one, other.id, jobs) || comesAfter(other, one.id, jobs);
}

/** Whether a job needs another one, also through other jobs. */
export function comesAfter(job: Job, id: string, jobs: readonly Job[], seen: ReadonlySet<string> = new Set()): boolean {
  if (job.needs.includes(id)) return true;
  return job.needs.some((need) => {
    const before = jobs.find((each) => each.id === need);
    return before !== undefined && !seen.has(need) && comesAfter(before, id, jobs, new Set([...seen, need]));
  });
}

/** A step in its job, as far as it decides what can run at the same time. */
export interface Running {
  readonly job: Job;
  readonly condition: string;
}

/** Whether two jobs of one workflow can be in these steps at the same time. */
export function canOverlap(one: Running, other: Running, { jobs, triggers }: Pick<Workflow, "jobs" | "triggers">): boolean {
  if (isOrdered(one.job, other.job, jobs)) return false;
  if (one.job.concurrency !== "" && one.job.concurrency === other.job.concurrency) return false;
  const [first, second] = [one, other].map(({ job, condition }) => [withNeededResults(job, neededBy(job, jobs)), condition]);
  return !exclude(first ?? [], [...(second ?? []), conditionOf(triggers)]);
}

/** Whether two legs of a job's matrix can be in this step at the same time. */
export function legsOverlap({ job: { matrix, concurrency, condition: ofJob }, condition }: Running): boolean {
  if (matrix.legs <= 1 || (concurrency !== "" && !/\bmatrix\.|strategy\./.test(concurrency))) return false;
  if (/\bstrategy\.job-index\s*==/.test(condition)) return false;
  return matrix.values === undefined || matrix.values.filter((leg) => canBeTrueIn(leg, [ofJob, condition])).length > 1;
}

/** The jobs that a job needs, also through other jobs. */
export function neededBy(job: Job, jobs: readonly Job[]): readonly Job[] {
  return jobs.filter((other) => comesAfter(job, other.id, jobs));
}

/** The conditions of a job and of all jobs that it needs. */
export function conditionsOf(job: Job, jobs: readonly Job[]): readonly string[] {
  return [job, ...neededBy(job, jobs)].map(({ condition }) => condition);
}
