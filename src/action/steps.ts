import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { explain } from "../cli/explain.ts";
import type { Host } from "../cli/host.ts";
import { type Invocation, invocationOf } from "../cli/invocation.ts";
import { jobOf } from "../cli/job.ts";
import { describeError, isOffshootError, OffshootError } from "../errors.ts";
import { tearDownAfter } from "./after.ts";
import { COMMANDS } from "./commands.ts";
import { readInputs, withoutInputs } from "./inputs.ts";
import { type Plan, planOf } from "./plan.ts";
import { savedState } from "./state.ts";

/** The action's step: does what the inputs ask for. Catches all, and sets the exit status. */
export function act(host: Host): Promise<void> {
  return attempt(
    host,
    (plan) => `offshoot ${plan.command}`,
    async (invocation, plan) => {
      for (const message of plan.notes) await invocation.job.annotate({ severity: "info", title: "offshoot", message });
      await COMMANDS[plan.command](invocation, plan);
    },
  );
}

/** The action's post step, which the runner starts at the end of the job, whatever became of it: tears down what the step said. */
export async function actAfter(host: Host): Promise<void> {
  const state = savedState(host.env);
  if (state?.teardown !== true) return;
  await attempt(
    host,
    () => "offshoot down, after the job",
    (invocation) => tearDownAfter(invocation, state),
  );
}

type Work = (invocation: Invocation, plan: Plan) => Promise<void>;

async function attempt(host: Host, title: (plan: Plan) => string, work: Work): Promise<void> {
  let invocation: Invocation | undefined;
  try {
    const plan = await readPlan(host);
    invocation = invocationOf(hostOf(host, plan), plan.globals, title(plan));
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

/** The key is hidden before anything is said, also where the inputs turn out to be of no use. */
async function readPlan(host: Host): Promise<Plan> {
  await jobOf(host).conceal([host.env["INPUT_API_KEY"]?.trim() ?? ""]);
  const plan = planOf(readInputs(host.env), new Date());
  const folder = await stat(resolve(host.cwd(), plan.workingDirectory)).catch(() => undefined);
  if (folder?.isDirectory() === true) return plan;
  throw new OffshootError("USAGE", `\`working_directory\` is \`${plan.workingDirectory}\`, and the workspace has no such folder.`, {
    meaning: "Nothing was touched.",
    remedy: "Mend the step's `with:`, or check the repository out before.",
  });
}

/** The process as the CLI's parts see it: in the folder that was asked for, with the inputs in the environment's place. */
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
