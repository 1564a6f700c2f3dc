import { ownCommand } from "../shell-command.ts";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { explain } from "../cli/explain.ts";
import type { Host } from "../cli/host.ts";
import { type Invocation, invocationOf } from "../cli/invocation.ts";
import { jobOf } from "../cli/job.ts";
import { watchOutput } from "../cli/output.ts";
import { removeAfterLastUse } from "../commands/down.ts";
import { prepare } from "../context/context.ts";
import { describeError, isOffshootError, OffshootError } from "../errors.ts";
import { type KeptReason, tearDown } from "../usage/teardown.ts";
import { COMMANDS } from "./commands.ts";
import { readInputs, withoutInputs } from "./inputs.ts";
import { type Plan, planOf } from "./plan.ts";
import { endLockHolder } from "./start-lock-holder.ts";
import { savedState, type State } from "./state.ts";

/** The main step of the action: runs the command of the inputs. Catches all errors, and sets the exit status. */
export function runStep(host: Host): Promise<void> {
  return withInvocation(
    host,
    (plan) => `offshoot ${plan.command}`,
    async (invocation, plan) => {
      for (const message of plan.notes) await invocation.job.annotate({ severity: "info", title: "offshoot", message });
      await COMMANDS[plan.command](invocation, plan);
    },
  );
}

/** The post step. The runner starts it at the end of the job, also after a failed or cancelled job. Tears down if `teardown` is set. */
export async function runPostStep(host: Host): Promise<void> {
  const state = savedState(host.env);
  if (state?.teardown !== true) return;
  await withInvocation(
    host,
    () => "offshoot down after the job",
    (invocation) => tearDownJob(invocation, state),
  );
}

/**
 * Ends the use of the database by this job, and deletes the database if no other job uses it. A database that a job
 * created without `teardown: true` is kept for later jobs.
 */
async function tearDownJob(invocation: Invocation, { lockHolder }: State): Promise<void> {
  const context = await prepare(invocation.options);
  const left = await tearDown(context, {
    held: undefined,
    remove: removeAfterLastUse,
    async beforeLock({ directUrl }, signal) {
      if (lockHolder !== "") await endLockHolder(directUrl, lockHolder, invocation.env, signal);
    },
  });
  invocation.log(describeTeardown(left, context.name, context.run.key));
}

function describeTeardown(left: KeptReason | undefined, name: string, key: string): string {
  if (left === undefined) return `The database ${name} was deleted.`;
  if (left === "shared") return `The database ${name} was kept because other jobs of this run use it. The last of them deletes it.`;
  return `The database ${name} was kept because a job without \`teardown: true\` created it. Delete it with: ${ownCommand(["down", "--run", key])}`;
}

type Work = (invocation: Invocation, plan: Plan) => Promise<void>;

async function withInvocation(host: Host, title: (plan: Plan) => string, work: Work): Promise<void> {
  const output = watchOutput(host);
  let invocation: Invocation | undefined;
  try {
    const plan = await readPlan(host);
    invocation = invocationOf(hostOf(host, plan), output, plan.globals, title(plan));
    await work(invocation, plan);
    host.exitCode = invocation.exitCode;
    await invocation.publish(undefined);
  } catch (thrown) {
    invocation?.progress.close();
    host.exitCode = explain(thrown, host, invocation);
    await (invocation === undefined ? annotate(host, thrown) : invocation.publish(thrown));
  } finally {
    invocation?.close();
  }
}

/** Reads the inputs. The API key is masked first, so that no later output can show it, also not an error about the inputs. */
async function readPlan(host: Host): Promise<Plan> {
  await jobOf(host).conceal([host.env["INPUT_API_KEY"]?.trim() ?? ""]);
  const plan = planOf(readInputs(host.env), new Date());
  const folder = await stat(resolve(host.cwd(), plan.workingDirectory)).catch(() => undefined);
  if (folder?.isDirectory() === true) return plan;
  throw new OffshootError(
    "USAGE",
    `The folder \`${plan.workingDirectory}\` of the input \`working_directory\` was not found in the workspace.`,
    {
      meaning: "Nothing was created or changed.",
      remedy: "Correct the input, or check out the repository before this step.",
    },
  );
}

/** The host for the CLI's code: it works in the folder of the inputs, and its environment has the settings of the inputs. */
function hostOf(host: Host, { env, workingDirectory }: Plan): Host {
  return {
    argv: host.argv,
    env: { ...withoutInputs(host.env), ...env },
    stdout: host.stdout,
    stderr: host.stderr,
    stdin: host.stdin,
    cwd: () => resolve(host.cwd(), workingDirectory),
    on: host.on.bind(host),
    exit: host.exit.bind(host),
  };
}

async function annotate(host: Host, thrown: unknown): Promise<void> {
  if (!isOffshootError(thrown)) return;
  await jobOf(host).annotate({ severity: "error", title: "offshoot", message: describeError(thrown) });
}
