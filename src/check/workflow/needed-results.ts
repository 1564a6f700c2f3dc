import { hasStatusFunction } from "./conditions.ts";
import { isText, joined } from "./expression.ts";
import type { Job } from "./workflow.ts";

/**
 * The condition of a job with the results of the jobs that it needs in place of `success()` and `failure()`. A condition without a
 * status function holds only after success (GitHub documentation, "Evaluate expressions", "Status check functions").
 */
export function withNeededResults({ condition }: Job, neededJobs: readonly Job[]): string {
  const needed = neededJobs.map(({ id }) => id);
  if (needed.length === 0 || isText(condition)) return condition;
  const success = `(${needed.map((id) => `needs.${id}.result == 'success'`).join(" && ")})`;
  const failure = `(${needed.map((id) => `needs.${id}.result == 'failure'`).join(" || ")})`;
  if (!hasStatusFunction(condition)) return joined(success, condition);
  return condition.replaceAll(/\bsuccess\s*\(\s*\)/g, success).replaceAll(/\bfailure\s*\(\s*\)/g, failure);
}
