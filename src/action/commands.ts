import { randomUUID } from "node:crypto";
import { github } from "../ci/github.ts";
import { execute as down } from "../cli/commands/down.ts";
import { execute as run } from "../cli/commands/run.ts";
import { execute as sweep } from "../cli/commands/sweep.ts";
import { upJson, upLines } from "../cli/commands/up.ts";
import type { Invocation } from "../cli/invocation.ts";
import { type Context, prepare } from "../context/context.ts";
import { requireRunDatabase } from "../context/locate.ts";
import { migrateDatabase } from "../commands/migrate-in.ts";
import { requireMigrations } from "../context/migrations.ts";
import { holdDatabase, type MakeReady } from "../usage/hold.ts";
import { acquireRunDatabase, type UpResult } from "../commands/up-in.ts";
import { variablesOf } from "../providers/variables.ts";
import { startLockHolder } from "./start-lock-holder.ts";
import { actionOutputs } from "./outputs.ts";
import type { CommandName, Plan } from "./plan.ts";
import { saveState } from "./state.ts";

type Command = (invocation: Invocation, plan: Plan) => Promise<void>;

/** Every command of the action. Those of the CLI that have nothing to hand on are called as they are. */
export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  async up(invocation, plan) {
    await acquire(invocation, plan, await prepare(invocation.options), async (result) => {
      await handOn(invocation, plan, result);
    });
  },
  async migrate(invocation, plan) {
    const context = await prepare(invocation.options);
    const migrations = await requireMigrations(context);
    await acquire(invocation, plan, context, async (result) => {
      // Before the migrations: a step that looks into their failure needs the URL.
      await handOn(invocation, plan, result);
      const { database } = result;
      const migrated = await migrateDatabase(context, migrations, { url: database.directUrl, database });
      await invocation.job.write(github.outputs({ migrated: migrated.state }, invocation.job.context));
      return migrated.database;
    });
  },
  async env(invocation, plan) {
    const database = await requireRunDatabase(await prepare(invocation.options));
    await handOn(invocation, plan, { database, created: false, readyMs: 0, refusals: [] });
  },
  async run(invocation, { script, keepOnFailure }) {
    const { job } = invocation;
    // What a step that is killed leaves, its post step removes; one that ends by itself has done so.
    await job.write(saveState({ teardown: true, lockHolder: "" }, job.context.env));
    try {
      await run(invocation, { keepOnFailure }, ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
    } finally {
      await job.write(saveState({ teardown: false, lockHolder: "" }, job.context.env));
    }
  },
  down: (invocation) => down(invocation, {}, []),
  sweep: (invocation, plan) => sweep(invocation, plan.sweep, []),
};

/** The database, with a share in it for the rest of the job where the job is to tear down. */
async function acquire(
  { job, summary: story }: Invocation,
  { teardown }: Plan,
  context: Context,
  makeReady: MakeReady<UpResult>,
): Promise<void> {
  if (!teardown) {
    await makeReady(await acquireRunDatabase(context));
    return;
  }
  const holder = `offshoot:lock-holder:${randomUUID()}`;
  // Before anything is created: a step that is killed leaves the rest to its post step.
  await job.write(saveState({ teardown, lockHolder: holder }, job.context.env));
  const { usageLock: lease, database } = await holdDatabase(context, () => acquireRunDatabase(context, "last-run"), makeReady);
  try {
    await startLockHolder(database.directUrl, holder, context.env);
  } finally {
    await lease.close();
  }
  story.kept = `${context.name} goes with the last job that uses it.`;
}

/** Hides, then hands on: outputs, the environment of later steps, and what a person should know. */
async function handOn(invocation: Invocation, { style, ...plan }: Plan, result: UpResult): Promise<void> {
  const { job } = invocation;
  const { facts, secrets } = actionOutputs(result, style);
  await job.conceal(secrets);
  await job.write(github.outputs(facts, job.context));
  if (plan.export) await job.write(github.exports({ ...variablesOf(result.database), ...exportedRun(plan) }, job.context));
  invocation.print(upJson(result), () => upLines(result));
  const why = result.refusals.map(({ provider, text }) => `${provider}: ${text}`).join("\n");
  if (why !== "" && (invocation.env["NEON_API_KEY"] ?? "") !== "") {
    const message = `The database comes from ${result.database.provider}.\n${why}`;
    await job.annotate({ severity: "warning", title: "offshoot fell back", message });
  }
}

/** Later steps that call offshoot mean the same run. */
function exportedRun({ globals: { run: name } }: Pick<Plan, "globals">): Readonly<Record<string, string>> {
  return name === undefined ? {} : { OFFSHOOT_RUN: name };
}
