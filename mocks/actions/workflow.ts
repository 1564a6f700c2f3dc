import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { githubContext, inputsOf, requireTrigger, withholdsSecrets } from "./event.ts";
import { open } from "./expression/value.ts";
import { ancestorsOf, jobsToRerun, type Results, type Whole, wholeOf } from "./graph.ts";
import type { JobResult } from "./job.ts";
import { refuseLeaks } from "./leaks.ts";
import { runLegs } from "./legs.ts";
import type { Prepared, WorkflowRun } from "./run.ts";
import { readWorkflow, type WorkflowText } from "./text.ts";

/**
 * Runs a workflow as GitHub would: its jobs at once as real processes, each as soon as those that it needs have ended,
 * on machines that share nothing. Results by the name that a job has on the page of the run. `permissions`, `concurrency`
 * and `runs-on` are read and have no effect: there is no other run, no token that GitHub takes, and one kind of machine.
 *
 * Throws where GitHub would refuse the workflow, where it uses what the runner does not know, and when a secret is shown.
 */
export async function runWorkflow(run: WorkflowRun): Promise<Results> {
  const workflow = readWorkflow(run.yaml);
  requireTrigger(workflow, run.event);
  const place = await mkdtemp(join(tmpdir(), "offshoot-runner-"));
  // Postgres refuses root and runs as another user, who must be able to enter.
  await chmod(place, 0o755);
  try {
    const results = await runJobs(prepare(run, workflow, place));
    refuseLeaks(results, Object.values(run.secrets ?? {}));
    return results;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function prepare(run: WorkflowRun, workflow: WorkflowText, place: string): Prepared {
  const attempt = run.earlier === undefined ? "1" : String(1 + Number(run.event.env["GITHUB_RUN_ATTEMPT"] ?? "1"));
  const event = { ...run.event, env: { ...run.event.env, GITHUB_WORKFLOW: workflow.name ?? "", GITHUB_RUN_ATTEMPT: attempt } };
  const token = `ghs_${randomBytes(18).toString("hex")}`;
  const secrets = { ...(withholdsSecrets(event) ? {} : run.secrets), GITHUB_TOKEN: token };
  const context = {
    github: { ...githubContext(event.env, event.payload), token },
    secrets: open(secrets),
    vars: open(run.vars ?? {}),
    inputs: inputsOf(event.payload),
  };
  const broken = new AbortController();
  return { run, workflow, place, event, secrets, context, cancel: run.cancel ?? new AbortController().signal, broken };
}

async function runJobs(prepared: Prepared): Promise<Results> {
  const { jobs } = prepared.workflow;
  const earlier = prepared.run.earlier ?? {};
  const again = prepared.run.earlier === undefined ? undefined : jobsToRerun(jobs, earlier);
  const results: Record<string, JobResult> = {};
  const ends = new Map<string, Promise<Whole>>();
  const end = (id: string): Promise<Whole> => {
    const known = ends.get(id);
    if (known !== undefined) return known;
    const whole = one(id).catch((thrown: unknown) => {
      prepared.broken.abort();
      throw thrown;
    });
    ends.set(id, whole);
    return whole;
  };
  const one = async (id: string): Promise<Whole> => {
    const ancestors = [...ancestorsOf(jobs, id)];
    const wholes = new Map(await Promise.all(ancestors.map(async (name) => [name, await end(name)] as const)));
    const before = Object.fromEntries(Object.entries(earlier).filter(([, result]) => result.id === id));
    const legs = again?.has(id) === false ? before : await runLegs(prepared, id, { wholes, before });
    Object.assign(results, legs);
    return wholeOf(Object.values(legs));
  };
  const settled = await Promise.allSettled(Object.keys(jobs).map(end));
  for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
  return results;
}
