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
import { variablesOf } from "../providers/variables.ts";
import { startLockHolder } from "./start-lock-holder.ts";
import { actionOutputs } from "./outputs.ts";
import type { CommandName, Plan } from "./plan.ts";
import { saveState } from "./state.ts";

type Command = (invocation: Invocation, plan: Plan) => Promise<void>;

/** The commands of the action. `run`, `down` and `sweep` call the command of the CLI. */
export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  async up(invocation, plan) {
    await acquireDatabase(invocation, plan, await prepare(invocation.options), async (result) => {
      await passOn(invocation, plan, result);
    });
  },
  async migrate(invocation, plan) {
    const context = await prepare(invocation.options);
    const migrations = await requireMigrations(context);
    await acquireDatabase(invocation, plan, context, async (result) => {
      // The outputs are written before the migrations, so that a later step has the URL if the migrations fail.
      await passOn(invocation, plan, result);
      const { database } = result;
      const migrated = await migrateDatabase(context, migrations, { url: database.directUrl, database });
      await invocation.job.write(github.outputs({ migrated: migrated.state }, invocation.job.context));
      return migrated.database;
    });
  },
  async env(invocation, plan) {
    const database = await requireRunDatabase(await prepare(invocation.options));
    await passOn(invocation, plan, { database, created: false, readyMs: 0, refusals: [] });
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
  down: (invocation) => down(invocation, {}, []),
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
async function passOn(invocation: Invocation, { style, ...plan }: Plan, result: UpResult): Promise<void> {
  const { job } = invocation;
  const { facts, secrets } = actionOutputs(result, style);
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

/** With this variable, later steps that call offshoot use the same run. */
function exportedRun({ globals: { run: name } }: Pick<Plan, "globals">): Readonly<Record<string, string>> {
  return name === undefined ? {} : { OFFSHOOT_RUN: name };
}
