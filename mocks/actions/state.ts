import { interpolate, type Standing } from "./expression/evaluate.ts";
import { type Context, open } from "./expression/value.ts";
import type { Log } from "./log.ts";
import type { Machine } from "./machine.ts";
import type { Grace } from "./process.ts";
import type { JobText, WorkflowText } from "./text.ts";

export interface JobWanted {
  readonly id: string;
  readonly workflow: WorkflowText;
  readonly text: JobText;
  /** All contexts that do not change while the job runs. */
  readonly context: Context;
  readonly machine: Machine;
  /** The services that run beside the steps, as the context `job` shows them. */
  readonly services: Context;
  readonly repository: string;
  readonly actions: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly minuteMs: number;
  readonly grace: Grace;
  readonly cancel: AbortSignal;
}

export type Outcome = "success" | "failure" | "cancelled";

/** What a job is made of while it runs. */
export interface JobState {
  readonly wanted: JobWanted;
  readonly log: Log;
  env: Readonly<Record<string, string>>;
  path: readonly string[];
  steps: Context;
  summary: string;
  failed: boolean;
  /** The `post` parts of actions, the last one first. */
  posts: readonly (() => Promise<Outcome>)[];
  /** Aborts when the job is to end: steps get signals, and only those whose condition says so still run. */
  readonly ending: AbortSignal;
  /** Aborts when nothing of the job may run any more. */
  readonly killed: AbortSignal;
}

export function standingOf({ failed, ending }: JobState): Standing {
  const cancelled = ending.aborted;
  return { succeeded: !failed && !cancelled, failed: failed && !cancelled, cancelled };
}

export function contextOf(state: JobState): Context {
  const { env, steps, wanted } = state;
  const { cancelled, failed } = standingOf(state);
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
