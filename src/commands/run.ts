import { messageOf, OffshootError } from "../errors.ts";
import type { Database } from "../providers/provider.ts";
import { type Ended, runChild } from "../process/child.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { removeAfterLastUse } from "./down-in.ts";
import { upIn } from "./up-in.ts";
import { migrateIn } from "./migrate-in.ts";
import { migrationsOf } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";
import { holdDatabase } from "../usage/hold.ts";
import { readSpec } from "../context/spec-file.ts";
import { type Held, type Left, tearDown } from "../usage/teardown.ts";
import { variablesOf } from "../providers/variables.ts";
import { requireGoodSchema } from "./verify.ts";

export interface RunOptions extends CommonOptions {
  /** The command and its arguments. */
  readonly command: readonly string[];
  /** Leave the database, whatever happens. Default false. */
  readonly keep?: boolean | undefined;
  /** Leave the database when the command or the migrations fail. Default false. */
  readonly keepOnFailure?: boolean | undefined;
  /** Whether stdin is a person's terminal; default what the process says. */
  readonly terminal?: boolean | undefined;
}

export interface RunResult extends Ended {
  /** The run's key: `--run KEY` finds its database again. */
  readonly run: string;
  readonly name: string;
  /** Why the database was left, or undefined when it was removed. */
  readonly left: Left | undefined;
}

export type { Left } from "../usage/teardown.ts";

/**
 * Up, migrate, audit (where a spec is configured), the command with the URLs in its environment, down. Tears down
 * on success, failure and abort alike; of several that share one run, the last one does.
 *
 * Throws what `up`, `migrate` and `audit` throw; the command's own failure is a result, not an error.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  if (options.command.length === 0) {
    throw new OffshootError("COMMAND_MISSING", "No command was given to run.", { remedy: "Give it after `--`: offshoot run -- npm test" });
  }
  const context = await prepare(options);
  // A bad spec is told before anything is created.
  await readSpec(context);
  let held: Held | undefined;
  let ended: Ended;
  try {
    held = await holdDatabase(
      context,
      () => upIn(context, "last-run"),
      ({ database }) => migrateDatabase(context, database),
    );
    await requireGoodSchema(context, held.database.directUrl);
    ended = await runCommand(context, options, held.database);
  } catch (thrown) {
    // What went wrong first is what there is to mend; that the database may stay is told beside it.
    await tearDown(context, held, keepReason(options, true), removeAfterLastUse).catch((failure: unknown) => {
      const why = messageOf(failure).replace(/\.$/, "");
      const text = `The database ${context.name} may be left (${why}); \`offshoot down --run ${context.run.key}\` removes it.`;
      context.emit({ kind: "warning", text });
    });
    throw thrown;
  }
  const left = await tearDown(context, held, keepReason(options, ended.exitCode !== 0), removeAfterLastUse);
  return { ...ended, run: context.run.key, name: context.name, left };
}

async function migrateDatabase(context: Context, database: Database): Promise<string | undefined> {
  const migrations = await migrationsOf(context);
  return migrations && (await migrateIn(context, migrations, { url: database.directUrl, database })).database;
}

async function runCommand(context: Context, options: RunOptions, database: Database): Promise<Ended> {
  return inPhase(context.emit, "command", options.command.join(" "), () =>
    runChild(options.command, {
      cwd: context.cwd,
      env: { ...context.env, ...variablesOf(database) },
      signal: context.signal,
      graceMs: context.settings.timeouts.commandGraceMs,
      terminal: options.terminal ?? process.stdin.isTTY,
    }),
  );
}

function keepReason(options: RunOptions, failed: boolean): "kept" | "kept-on-failure" | undefined {
  if (options.keep === true) return "kept";
  return failed && options.keepOnFailure === true ? "kept-on-failure" : undefined;
}
