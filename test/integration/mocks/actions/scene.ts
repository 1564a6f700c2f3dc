import { stringify } from "yaml";
import type { GithubEvent } from "../../../../mocks/actions/event.ts";
import type { Results } from "../../../../mocks/actions/graph.ts";
import type { JobResult } from "../../../../mocks/actions/run-job.ts";
import type { WorkflowRun } from "../../../../mocks/actions/workflow-run.ts";
import { runWorkflow } from "../../../../mocks/actions/run-workflow.ts";
import { ciFixture } from "../../../unit/ci/fixture.ts";

/** A step, or its script alone. */
type Step = string | object;
type Jobs = Readonly<Record<string, object>>;

/** Short enough for a test, in GitHub's proportion. */
const grace = { afterIntMs: 750, afterTermMs: 250 };

export function githubEvent(name: string): GithubEvent {
  return ciFixture(`github/${name}`) as GithubEvent;
}

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

/** The lines of a log that processes wrote. */
export function said({ log }: JobResult): readonly string[] {
  return log
    .replaceAll(/##\[group\]Run [^]*?##\[endgroup\]\n?/g, "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("##["));
}

export function verdicts(results: Results): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(results).map(([name, { result }]) => [name, result]));
}
