import type { Severity } from "../findings/finding.ts";
import type { CheckCode } from "./facts.ts";

interface About {
  /** Unless the check sets another. */
  readonly severity: Severity;
  readonly title: string;
}

const error = (title: string): About => ({ severity: "error", title });
const warning = (title: string): About => ({ severity: "warning", title });

/** Every code of the checks. */
export const CODES: Readonly<Record<CheckCode, About>> = {
  "endpoint-unreachable": error("An endpoint does not answer"),
  "endpoint-unreadable": error("The answer of an endpoint cannot be read"),
  "endpoint-status": error("An endpoint answers with an error status"),
  "endpoint-content-type": error("An endpoint has no Content-Type that Prometheus accepts"),
  "endpoint-format": error("An endpoint does not answer in the Prometheus format"),
  "metric-missing": error("A metric is missing"),
  "metric-type": error("A metric has another type"),
  "metric-empty": error("A metric has no value"),
  "series-twice": warning("A series has two values"),
  "type-twice": warning("The type of a metric is declared twice"),
  "type-late": warning("The type of a metric is declared after its values"),

  "worker-ended": error("A worker ended too early"),
  "worker-not-found": error("A worker was not found"),
  "worker-restarts": error("A worker ends and is started again"),
  "worker-few-lines": error("A worker wrote too few lines"),
  "worker-not-ready": error("A worker did not become ready"),
  "worker-line-missing": error("The log of a worker lacks a line"),
  "worker-line-forbidden": error("The log of a worker has a line that it must not have"),
  "worker-log-old": error("The log of a worker has no new line"),
  "worker-log-failures": warning("The log of a worker contains failures"),
  "worker-killed": warning("A worker did not end on SIGTERM"),
  "worker-children-left": warning("A worker left child processes"),

  "migrates-twice": error("Jobs that can run at the same time migrate one database"),
  "not-after-migration": error("A job uses a database while another job migrates it"),
  "migration-failure-hidden": error("A failed migration does not fail its step"),
  "migrates-through-pooler": error("Migrations use the URL of a connection pooler"),
  "secret-in-output": error("A job output holds a secret"),
  "needs-missing": error("A job reads from a job that is not in its needs"),
  "output-missing": error("A job reads an output that another job does not declare"),
  "output-as-boolean": error("A condition compares a text with true or false"),
  "condition-is-text": error("A condition is a text, which is always true"),
  "fallback-skipped": error("A job with a fallback is skipped with the job that it needs"),
  "step-missing": error("A required step is missing"),
  "branch-left": warning("A Neon branch is never deleted"),
  "cleanup-skipped": warning("A failed or cancelled run skips the cleanup"),
  "untrusted-checkout": error("Code of a pull request runs with secrets"),
  "output-buffered": warning("The output of a Python process is buffered"),
  "increment-ends-script": warning("An increment ends the script"),
};
