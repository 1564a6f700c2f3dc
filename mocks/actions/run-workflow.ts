import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { githubContext, inputsOf, requireTrigger, withholdsSecrets } from "./event.ts";
import { open } from "./expression/value.ts";
import { ancestorsOf, jobsToRerun, type Results, type CombinedResult, combinedResult } from "./graph.ts";
import type { JobResult } from "./run-job.ts";
import { refuseLeaks } from "./leaks.ts";
import { runLegs } from "./run-legs.ts";
import type { Prepared, WorkflowRun } from "./workflow-run.ts";
import { readWorkflow, type WorkflowText } from "./workflow-file.ts";

/**
 * Runs a workflow like GitHub: jobs are real processes and run in parallel, each as soon as its dependencies have ended,
 * on machines that share nothing. The results are keyed by the job's name on the page of the run. `permissions`,
 * `concurrency` and `runs-on` are validated and have no effect: there is no other run, no valid token, and one kind of
 * machine.
 *
 * Throws when GitHub would refuse the workflow, when it uses a feature that this runner lacks, and when a secret is shown.
 */
export async function runWorkflow(run: WorkflowRun): Promise<Results> {
  const workflow = readWorkflow(run.yaml);
  requireTrigger(workflow, run.event);
  const place = await mkdtemp(join(tmpdir(), "offshoot-runner-"));
  // Postgres refuses to run as root. The other user needs access to the folder.
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
  const ends = new Map<string, Promise<CombinedResult>>();
  const end = (id: string): Promise<CombinedResult> => {
    const known = ends.get(id);
    if (known !== undefined) return known;
    const whole = runOnce(id).catch((thrown: unknown) => {
      prepared.broken.abort();
      throw thrown;
    });
    ends.set(id, whole);
    return whole;
  };
  const runOnce = async (id: string): Promise<CombinedResult> => {
    const ancestors = [...ancestorsOf(jobs, id)];
    const needed = new Map(await Promise.all(ancestors.map(async (name) => [name, await end(name)] as const)));
    const before = Object.fromEntries(Object.entries(earlier).filter(([, result]) => result.id === id));
    const legs = again?.has(id) === false ? before : await runLegs(prepared, id, { needed, before });
    Object.assign(results, legs);
    return combinedResult(Object.values(legs));
  };
  const settled = await Promise.allSettled(Object.keys(jobs).map(end));
  for (const outcome of settled) if (outcome.status === "rejected") throw outcome.reason;
  return results;
}
