import { rm } from "node:fs/promises";
import { allows, interpolate, valueOf } from "./expression/evaluate.ts";
import { type Context, text as textOf, valuesOf } from "./expression/value.ts";
import { dependsOnBroken, isBroken, needsContext, type Results, statusAmong, type CombinedResult } from "./graph.ts";
import { type JobResult, runJob } from "./run-job.ts";
import { makeMachine } from "./machine.ts";
import { legsOf } from "./matrix.ts";
import { endOrphans } from "./orphans.ts";
import { GITHUB_GRACE } from "./run-process.ts";
import type { Prepared, WorkflowRun } from "./workflow-run.ts";
import type { JobText } from "./workflow-file.ts";

/** Runs all legs of a job. A job without a matrix has one. */
export async function runLegs(
  prepared: Prepared,
  id: string,
  { needed, before }: { needed: ReadonlyMap<string, CombinedResult>; before: Results },
): Promise<Results> {
  const { workflow, run, cancel, broken } = prepared;
  const text = workflow.jobs[id];
  if (text === undefined) throw new Error(`There is no job ${id}.`);
  const context = { ...prepared.context, needs: needsContext(workflow.jobs, id, needed) };
  const allowed = (cancelled: boolean): boolean => allows(text.if, "job.if", statusAmong([...needed.values()], cancelled), context);
  if (!allowed(cancel.aborted) || broken.signal.aborted) return { [id]: skipped(id) };
  const ending = new AbortController();
  const onCancel = (): void => {
    if (!allowed(true)) ending.abort();
  };
  cancel.addEventListener("abort", onCancel);
  const isFast = valueOf(text.strategy?.["fail-fast"] ?? true, "job.strategy", context);
  const isAllAgain = dependsOnBroken(workflow.jobs, id, run.earlier ?? {});
  const legs = await Promise.all(
    legsOf(text, context).map(async (matrix) => {
      const name = nameOf(id, text.name, { ...context, matrix });
      const earlier = before[name];
      if (!isAllAgain && earlier !== undefined && !isBroken(earlier.result)) return [name, earlier] as const;
      const result = await runLeg(prepared, {
        id,
        name,
        context: { ...context, matrix },
        cancel: AbortSignal.any([ending.signal, broken.signal]),
      });
      if (isFast === true && result.result === "failure") ending.abort();
      return [name, result] as const;
    }),
  );
  cancel.removeEventListener("abort", onCancel);
  return Object.fromEntries(legs);
}

async function runLeg(
  { run, workflow, place, event, secrets }: Prepared,
  { id, name, context, cancel }: { id: string; name: string; context: Context; cancel: AbortSignal },
): Promise<JobResult> {
  const text = workflow.jobs[id];
  if (text === undefined) throw new Error(`The workflow has no job ${id}.`);
  const bare = await makeMachine({ place, job: name, id, event, env: {} });
  const machine = { ...bare, env: { ...bare.env, ...run.env(name, bare.folder) } };
  run.onJobStart?.(name);
  const services = await startServices(text, run);
  const { minuteMs = 60_000, grace = GITHUB_GRACE, actions = {}, repository } = run;
  const given = {
    id,
    workflow,
    text,
    context: { ...context, strategy: {} },
    machine,
    services,
    repository,
    actions,
    minuteMs,
    grace,
    cancel,
  };
  const orphans: string[] = [];
  let result: Omit<JobResult, "orphans">;
  try {
    result = await runJob({ ...given, secrets: Object.values(secrets) });
    await run.beforeRemoval?.(machine);
  } finally {
    orphans.push(...(await endOrphans(machine.trackingId, machine.folder)).map(({ command }) => command));
    await rm(machine.folder, { recursive: true, force: true });
  }
  return { ...result, orphans };
}

async function startServices({ services = {} }: JobText, { service }: WorkflowRun): Promise<Context> {
  const started = Object.entries(services).map(async ([name, wanted]) => {
    if (service === undefined) throw new Error(`The run defines no way to start the service ${name}.`);
    return [name, { ports: await service(wanted) }] as const;
  });
  return Object.fromEntries(await Promise.all(started));
}

/** The name of a job on the page of the run. */
function nameOf(id: string, name: string | undefined, context: Context): string {
  if (name !== undefined) return interpolate(name, "job", context);
  const values = valuesOf(context["matrix"] ?? null).map(textOf);
  return values.length === 0 ? id : `${id} (${values.join(", ")})`;
}

function skipped(id: string): JobResult {
  return { id, result: "skipped", outputs: {}, dropped: [], log: "", annotations: [], summary: "", masks: [], orphans: [] };
}
