import { randomUUID } from "node:crypto";
import { github } from "../ci/github.ts";
import { execute as down } from "../cli/commands/down.ts";
import { execute as run } from "../cli/commands/run.ts";
import { execute as sweep } from "../cli/commands/sweep.ts";
import { upJson, upLines } from "../cli/commands/up.ts";
import type { Invocation } from "../cli/invocation.ts";
import { type Context, prepare } from "../context/context.ts";
import { requireRunDatabase } from "../context/target-database.ts";
import { migrateDatabase } from "../commands/migrate.ts";
import { requireMigrations } from "../context/migrations.ts";
import { holdDatabase, type PrepareDatabase } from "../usage/hold.ts";
import { acquireRunDatabase, type UpResult } from "../commands/up.ts";
import { loadProvider, providerLimits } from "../context/providers.ts";
import type { ServiceUrls } from "../providers/provider.ts";
import { variablesOf } from "../providers/variables.ts";
import { startLockHolder } from "./start-lock-holder.ts";
import { actionOutputs } from "./outputs.ts";
import type { CommandName, Plan } from "./plan.ts";
import { saveState } from "./state.ts";

type Command = (invocation: Invocation, plan: Plan) => Promise<void>;

/** The commands of the action. `run`, `down` and `sweep` call the command of the CLI. */
export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  async up(invocation, plan) {
    const context = await prepare(invocation.options);
    await acquireDatabase(invocation, plan, context, async (result) => {
      await passOn(invocation, plan, context, result);
    });
  },
  async migrate(invocation, plan) {
    const context = await prepare(invocation.options);
    const migrations = await requireMigrations(context);
    await acquireDatabase(invocation, plan, context, async (result) => {
      // The outputs are written before the migrations, so that a later step has the URL if the migrations fail.
      await passOn(invocation, plan, context, result);
      const { database } = result;
      const migrated = await migrateDatabase(context, migrations, { url: database.directUrl, database });
      await invocation.job.write(github.outputs({ migrated: migrated.state }, invocation.job.context));
      return migrated.database;
    });
  },
  async env(invocation, plan) {
    const context = await prepare(invocation.options);
    const database = await requireRunDatabase(context);
    await passOn(invocation, plan, context, { database, created: false, readyMs: 0, refusals: [] });
  },
  async run(invocation, { script, keepOnFailure }) {
    const { job } = invocation;
    // If the step is killed, its post step tears down. If the step ends normally, it has done so itself.
    await job.write(saveState({ teardown: true, lockHolder: "" }, job.context.env));
    const done = (): Promise<void> => job.write(saveState({ teardown: false, lockHolder: "" }, job.context.env));
    try {
      await run(invocation, { keepOnFailure }, ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
    } catch (thrown) {
      // The teardown of this step may have failed, so the post step tries again.
      if (keepOnFailure) await done();
      throw thrown;
    }
    await done();
  },
  down: (invocation, { force }) => down(invocation, { force }, []),
  sweep: (invocation, plan) => sweep(invocation, plan.sweep, []),
};

/** Acquires the database. With `teardown: true`, a lock holder process keeps the usage lock until the end of the job. */
async function acquireDatabase(
  { job, summary, options }: Invocation,
  { teardown }: Plan,
  context: Context,
  prepareDatabase: PrepareDatabase<UpResult>,
): Promise<void> {
  if (!teardown) {
    await prepareDatabase(await acquireRunDatabase(context));
    return;
  }
  const lockHolder = `offshoot:lock-holder:${randomUUID()}`;
  // The state is saved before anything is created, so that the post step tears down if this step is killed.
  await job.write(saveState({ teardown, lockHolder }, job.context.env));
  const { usageLock, database } = await holdDatabase(context, () => acquireRunDatabase(context, "last-run"), prepareDatabase);
  try {
    await startLockHolder(database.directUrl, lockHolder, context.env, options);
  } finally {
    await usageLock.close();
  }
  summary.kept = { text: `The database ${context.name} is kept until the last job that uses it ends.`, commands: [] };
}

/** Masks the secrets, then writes the outputs and the variables for later steps, and a warning if Neon was skipped. */
async function passOn(invocation: Invocation, { style, ...plan }: Plan, context: Context, result: UpResult): Promise<void> {
  const { job } = invocation;
  const { facts, secrets } = actionOutputs(result, style, await readServiceUrls(invocation, plan, context, result));
  await job.conceal(secrets);
  await job.write(github.outputs(facts, job.context));
  if (plan.export) await job.write(github.exports({ ...variablesOf(result.database), ...exportedRun(plan) }, job.context));
  invocation.print(upJson(result), () => upLines(result));
  const reasons = result.refusals.map(({ provider, text }) => `${provider}: ${text}`).join("\n");
  if (reasons !== "" && (invocation.env["NEON_API_KEY"] ?? "") !== "") {
    const message = `The database comes from ${result.database.provider}.\n${reasons}`;
    await job.annotate({ severity: "warning", title: "Neon was skipped", message });
  }
}

/** Reads the URLs that the inputs ask for. A note reports a service that the branch does not have. */
async function readServiceUrls(
  { job }: Invocation,
  { services }: Pick<Plan, "services">,
  context: Context,
  { database }: UpResult,
): Promise<ServiceUrls> {
  const none: ServiceUrls = { auth: undefined, dataApi: undefined };
  if (!services.auth && !services.dataApi) return none;
  const provider = await loadProvider(database.provider, context);
  const urls = (await provider.serviceUrls?.(database, services, providerLimits(context))) ?? none;
  const missing = [
    ...(services.auth && urls.auth === undefined ? ["auth_url is empty, because Neon Auth is not enabled"] : []),
    ...(services.dataApi && urls.dataApi === undefined ? ["data_api_url is empty, because the Data API is not enabled"] : []),
  ];
  const where = database.provider === "neon" ? `for the branch ${database.name}` : `on the provider ${database.provider}`;
  for (const each of missing) await job.annotate({ severity: "info", title: "offshoot", message: `The output ${each} ${where}.` });
  return urls;
}

/** With this variable, later steps that call offshoot use the same run. */
function exportedRun({ globals: { run: name } }: Pick<Plan, "globals">): Readonly<Record<string, string>> {
  return name === undefined ? {} : { OFFSHOOT_RUN: name };
}
