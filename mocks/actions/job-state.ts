import { interpolate, type PriorStatus } from "./expression/evaluate.ts";
import { type Context, open } from "./expression/value.ts";
import type { Log } from "./log.ts";
import type { Machine } from "./machine.ts";
import type { Grace } from "./run-process.ts";
import type { JobText, WorkflowText } from "./workflow-file.ts";

export interface JobRequest {
  readonly id: string;
  readonly workflow: WorkflowText;
  readonly text: JobText;
  /** The contexts that do not change while the job runs. */
  readonly context: Context;
  readonly machine: Machine;
  /** The service containers, as in the `job` context. */
  readonly services: Context;
  readonly repository: string;
  readonly actions: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly minuteMs: number;
  readonly grace: Grace;
  readonly cancel: AbortSignal;
}

export type Outcome = "success" | "failure" | "cancelled";

/** The state of a running job. */
export interface JobState {
  readonly wanted: JobRequest;
  readonly log: Log;
  env: Readonly<Record<string, string>>;
  path: readonly string[];
  steps: Context;
  summary: string;
  failed: boolean;
  /** The `post` steps of actions, the latest first. */
  posts: readonly (() => Promise<Outcome>)[];
  /** Aborts when the job must end: steps get signals, and only steps whose condition allows it still run. */
  readonly ending: AbortSignal;
  /** Aborts when every step of the job must end. */
  readonly killed: AbortSignal;
}

export function statusOf({ failed, ending }: JobState): PriorStatus {
  const cancelled = ending.aborted;
  return { succeeded: !failed && !cancelled, failed: failed && !cancelled, cancelled };
}

export function contextOf(state: JobState): Context {
  const { env, steps, wanted } = state;
  const { cancelled, failed } = statusOf(state);
  const { temp, workspace, env: own } = wanted.machine;
  const github = { ...(wanted.context["github"] as Context), job: wanted.id, workspace };
  const runner = {
    os: "Linux",
    arch: own["RUNNER_ARCH"] ?? "",
    name: own["RUNNER_NAME"] ?? "",
    temp,
    tool_cache: own["RUNNER_TOOL_CACHE"] ?? "",
  };
  return {
    ...wanted.context,
    github,
    env: open(env),
    steps,
    runner,
    job: { status: cancelled ? "cancelled" : failed ? "failure" : "success", services: wanted.services },
  };
}

export function variables(
  given: Readonly<Record<string, string | number | boolean>> | undefined,
  place: "env" | "job.env" | "step",
  context: Context,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(given ?? {}).map(([name, value]) => [name, interpolate(String(value), place, context)]));
}
