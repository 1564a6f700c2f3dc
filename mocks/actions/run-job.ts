import { allows, interpolate, valueOf } from "./expression/evaluate.ts";
import type { Context } from "./expression/value.ts";
import { type Annotation, openLog } from "./log.ts";
import { executeStep } from "./execute-step.ts";
import { contextOf, type JobState, type JobRequest, statusOf, variables } from "./job-state.ts";
import type { StepText } from "./workflow-file.ts";

export type Conclusion = "success" | "failure" | "cancelled" | "skipped";

export interface JobResult {
  /** The job's id in the workflow. All legs of a matrix have the same. */
  readonly id: string;
  readonly result: Conclusion;
  readonly outputs: Readonly<Record<string, string>>;
  /** Outputs that GitHub drops because they contain a masked value. */
  readonly dropped: readonly string[];
  readonly log: string;
  readonly annotations: readonly Annotation[];
  readonly summary: string;
  /** The values that the log hides. */
  readonly masks: readonly string[];
  /** Commands of processes that were still running after the job and were killed. */
  readonly orphans: readonly string[];
}

/** GitHub's limits in minutes: for a job, and for the steps that run after its cancellation. */
const JOB_MINUTES = 360;
const CANCEL_MINUTES = 5;

/** Runs the steps of one job by the rules of GitHub's runner for command files, masks, outputs, conditions and cancellation. */
export async function runJob(wanted: JobRequest): Promise<Omit<JobResult, "orphans">> {
  const { text, minuteMs, context } = wanted;
  const minutes = Number(valueOf(text["timeout-minutes"] ?? JOB_MINUTES, "job", context));
  const ended = new AbortController();
  const ending = AbortSignal.any([wanted.cancel, AbortSignal.timeout(minutes * minuteMs)]);
  const killed = killedAfter(ending, CANCEL_MINUTES * minuteMs, ended.signal);
  const state: JobState = {
    wanted,
    log: openLog(wanted.secrets),
    env: { ...variables(wanted.workflow.env, "env", context), ...variables(text.env, "job.env", context) },
    path: [],
    steps: Object.fromEntries(text.steps.flatMap(({ id }) => (id === undefined ? [] : [[id, stepContext("", {})] as const]))),
    summary: "",
    failed: false,
    posts: [],
    ending,
    killed,
  };
  for (const [at, step] of text.steps.entries()) await runStep(state, step, String(at + 1));
  for (const post of state.posts) state.failed = (await post()) === "failure" || state.failed;
  ended.abort();
  if (ending.aborted)
    state.log.annotate({ severity: "error", text: wanted.cancel.aborted ? "The operation was canceled." : tooLong(minutes) });
  return resultOf(state);
}

const tooLong = (minutes: number): string => `The job has exceeded the maximum execution time of ${minutes} minutes.`;

/** Aborts `afterMs` after the job began to end. */
function killedAfter(ending: AbortSignal, afterMs: number, ended: AbortSignal): AbortSignal {
  const killed = new AbortController();
  const start = (): void => {
    const timer = setTimeout(() => killed.abort(), afterMs);
    ended.addEventListener("abort", () => clearTimeout(timer));
  };
  if (ending.aborted) start();
  else ending.addEventListener("abort", start, { once: true });
  return killed.signal;
}

async function runStep(state: JobState, step: StepText, number: string): Promise<void> {
  const context = contextOf(state);
  if (state.killed.aborted || !allows(step.if, "step.if", statusOf(state), context)) {
    if (step.id !== undefined) state.steps = { ...state.steps, [step.id]: stepContext("skipped", {}) };
    return;
  }
  const continues = (): boolean => allows(step.if, "step.if", { succeeded: false, failed: false, cancelled: true }, contextOf(state));
  const { outcome, outputs } = await executeStep(state, { step, number, context, continues });
  const isForgiven = outcome === "failure" && valueOf(step["continue-on-error"] ?? false, "step", contextOf(state)) === true;
  if (outcome === "failure" && !isForgiven) state.failed = true;
  if (step.id !== undefined) {
    state.steps = { ...state.steps, [step.id]: stepContext(outcome, outputs, isForgiven ? "success" : outcome) };
  }
}

/** The `steps` entry of one step. */
function stepContext(outcome: string, outputs: Context, conclusion: string = outcome): Context {
  return { outputs, outcome, conclusion };
}

/** GitHub drops each output that contains a masked value. */
function resultOf(state: JobState): Omit<JobResult, "orphans"> {
  const { log, failed, ending, summary, wanted } = state;
  const context = contextOf(state);
  const outputs = Object.entries(wanted.text.outputs ?? {}).map(
    ([name, value]) => [name, interpolate(value, "job.outputs", context)] as const,
  );
  const dropped = outputs.filter(([, value]) => log.hides(value)).map(([name]) => name);
  for (const name of dropped) log.annotate({ severity: "warning", text: `Skip output '${name}' since it may contain secret.` });
  return {
    id: wanted.id,
    result: ending.aborted ? "cancelled" : failed ? "failure" : "success",
    outputs: Object.fromEntries(outputs.filter(([name]) => !dropped.includes(name))),
    dropped,
    log: log.text(),
    annotations: log.annotations(),
    summary,
    masks: log.masks(),
  };
}
