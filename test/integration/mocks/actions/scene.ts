import { stringify } from "yaml";
import type { Results } from "../../../../mocks/actions/graph.ts";
import type { JobResult } from "../../../../mocks/actions/run-job.ts";
import type { WorkflowRun } from "../../../../mocks/actions/workflow-run.ts";
import { runWorkflow } from "../../../../mocks/actions/run-workflow.ts";
import { githubEvent } from "../../../support/workflow-results.ts";

/** A step, or only its script. */
type Step = string | object;
type Jobs = Readonly<Record<string, object>>;

/** Shorter than GitHub's times, in the same proportion. */
const grace = { afterIntMs: 750, afterTermMs: 250 };

/** A job of these steps. */
export function job(steps: readonly Step[], more: object = {}): object {
  return { "runs-on": "ubuntu-latest", ...more, steps: steps.map((step) => (typeof step === "string" ? { run: step } : step)) };
}

/** Runs a workflow of these jobs. */
export function runJobs(jobs: Jobs, more: Partial<WorkflowRun> = {}): Promise<Results> {
  const event = more.event ?? githubEvent("push");
  const yaml = stringify({ on: event.env["GITHUB_EVENT_NAME"], jobs });
  return runWorkflow({ yaml, repository: "/nowhere", event, env: usualPath, grace, ...more });
}

function usualPath(): Readonly<Record<string, string>> {
  return { PATH: process.env["PATH"] ?? "" };
}

/** Runs a workflow with one job of these steps. */
export async function runSteps(steps: readonly Step[], more: Partial<WorkflowRun> = {}): Promise<JobResult> {
  const { one } = await runJobs({ one: job(steps) }, more);
  return one as JobResult;
}

/** Runs a workflow and cancels it half a second after a job has started. */
export function runCancelled(jobs: Jobs): Promise<Results> {
  const cancel = new AbortController();
  return runJobs(jobs, { cancel: cancel.signal, onJobStart: () => setTimeout(() => cancel.abort(), 500) });
}

/** The lines of a log, without the lines of the runner. */
export function linesOf({ log }: JobResult): readonly string[] {
  return log
    .replaceAll(/##\[group\]Run [^]*?##\[endgroup\]\n?/g, "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("##["));
}
