import { delimiter, join } from "node:path";
import { type Action, findAction } from "./action.ts";
import { allows, interpolate, valueOf } from "./expression/evaluate.ts";
import { type Context, open } from "./expression/value.ts";
import { makeCommandFiles, type Written } from "./command-files.ts";
import { runProcess } from "./run-process.ts";
import { scriptCommand, type Step, useKnown } from "./known-actions.ts";
import { contextOf, type JobState, type Outcome, statusOf, variables } from "./job-state.ts";
import type { StepText } from "./workflow-file.ts";

export interface StepRequest {
  readonly step: StepText;
  readonly number: string;
  readonly context: Context;
  /** Whether the step's condition allows it to continue after its job was cancelled. */
  readonly continues: () => boolean;
}

interface StepResult {
  readonly outcome: Outcome;
  readonly outputs: Context;
}

/** Runs one step whose condition is true: a script, an action that the runner imitates, or an action with code. */
export async function executeStep(state: JobState, wanted: StepRequest): Promise<StepResult> {
  const { log, wanted: job } = state;
  const { step, context } = wanted;
  const env = variables(step.env, "step", context);
  const one: Step = {
    key: step.id ?? `__${step.run === undefined ? "uses" : "run"}_${wanted.number}`,
    uses: step.uses,
    with: variables(step.with, "step", context),
    run: step.run === undefined ? undefined : interpolate(step.run, "step", context),
    shell: step.shell ?? job.text.defaults?.run.shell ?? job.workflow.defaults?.run.shell,
  };
  // GitHub prints the command of each step and its variables. A value that is not masked by then is visible.
  log.print(`##[group]Run ${one.run ?? one.uses}`);
  for (const [name, value] of Object.entries({ ...one.with, ...state.env, ...env })) log.print(`  ${name}: ${value}`);
  log.print("##[endgroup]");
  try {
    if (one.run !== undefined) {
      const cwd = join(job.machine.workspace, directoryOf(state, step, context));
      return await runInStep(state, wanted, await scriptCommand(one, job.machine), { env, cwd, one });
    }
    if (await useKnown(one, job.machine, job.repository)) return { outcome: "success", outputs: open({}) };
    return await runAction(state, wanted, { one, env, action: await findAction(one, job.machine, job.actions) });
  } catch (thrown) {
    log.annotate({ severity: "error", text: (thrown as Error).message });
    return { outcome: "failure", outputs: open({}) };
  }
}

function directoryOf({ wanted: job }: JobState, step: StepText, context: Context): string {
  const given = step["working-directory"] ?? job.text.defaults?.run["working-directory"] ?? job.workflow.defaults?.run["working-directory"];
  return interpolate(given ?? ".", "step", context);
}

async function runAction(
  state: JobState,
  wanted: StepRequest,
  { one, env, action }: { one: Step; env: Readonly<Record<string, string>>; action: Action },
): Promise<StepResult> {
  const cwd = state.wanted.machine.workspace;
  let saved: Readonly<Record<string, string>> = {};
  const { post } = action;
  const part = (file: string, own: Step, continues: () => boolean): ReturnType<typeof runInStep> =>
    runInStep(state, { ...wanted, continues }, [process.execPath, file], {
      env: { ...action.env, ...env, ...Object.fromEntries(Object.entries(saved).map(([name, value]) => [`STATE_${name}`, value])) },
      cwd,
      one: own,
    });
  if (post !== undefined) {
    const run = async (): Promise<Outcome> => {
      if (!allows(action.postIf, "step.if", statusOf(state), contextOf(state))) return "success";
      state.log.print(`##[group]Post Run ${one.uses}\n##[endgroup]`);
      return (await part(post, { ...one, key: `${one.key}_post` }, () => true)).outcome;
    };
    state.posts = [run, ...state.posts];
  }
  const { outcome, outputs, state: kept } = await part(action.main, one, wanted.continues);
  saved = kept;
  const declared = Object.fromEntries(action.outputs.map((name) => [name, ""]));
  return { outcome, outputs: { ...declared, ...outputs } };
}

/** Runs a process with its command files, and reads them afterwards. */
async function runInStep(
  state: JobState,
  { step, number, context, continues }: StepRequest,
  command: readonly [string, ...string[]],
  { env, cwd, one }: { env: Readonly<Record<string, string>>; cwd: string; one: Step },
): Promise<StepResult & { readonly state: Written["state"] }> {
  const { log, ending, killed } = state;
  const { machine, grace, minuteMs } = state.wanted;
  const files = await makeCommandFiles(machine.temp, `${number}_${one.key}`);
  const cancel = new AbortController();
  const onEnding = (): void => {
    if (!continues()) cancel.abort();
  };
  ending.addEventListener("abort", onEnding);
  // The job may have been cancelled since the step's condition was evaluated.
  if (ending.aborted) onEnding();
  const minutes = step["timeout-minutes"] === undefined ? undefined : Number(valueOf(step["timeout-minutes"], "step", context));
  const tooLong = minutes === undefined ? new AbortController().signal : AbortSignal.timeout(minutes * minuteMs);
  const path = [...state.path, machine.env["PATH"] ?? ""].join(delimiter);
  const own = { ...machine.env, ...state.env, GITHUB_ACTION: one.key, ...env, PATH: path, ...files.env };
  const ok = await runProcess(command, { cwd, env: own, log, grace, cancel: AbortSignal.any([cancel.signal, tooLong, killed]) });
  ending.removeEventListener("abort", onEnding);
  const written = await files.read(log);
  state.env = { ...state.env, ...written.env };
  state.path = [...written.path.toReversed(), ...state.path];
  state.summary += written.summary;
  const faults = log.takeFaults();
  for (const text of faults) log.annotate({ severity: "error", text });
  if (tooLong.aborted)
    log.annotate({ severity: "error", text: `The action '${step.name ?? one.key}' has timed out after ${minutes} minutes.` });
  const isCancelled = cancel.signal.aborted || killed.aborted;
  const outcome = isCancelled ? "cancelled" : ok && faults.length === 0 ? "success" : "failure";
  return { outcome, outputs: open(written.outputs), state: written.state };
}
