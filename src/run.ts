import { candidates, limitsOf } from "./candidates.ts";
import { type Ended, runChild } from "./child.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import { OffshootError } from "./errors.ts";
import { takeLease } from "./lease.ts";
import { migrateIn } from "./migrate.ts";
import { migrationsOf } from "./migrations.ts";
import { inPhase } from "./phase.ts";
import { findDatabase } from "./providers/choose.ts";
import type { Database } from "./providers/provider.ts";
import { type Held, type Left, tearDown } from "./teardown.ts";
import { upIn } from "./up.ts";
import { variablesOf } from "./variables.ts";
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

export type { Left } from "./teardown.ts";

/** How often a run starts over when the last user of the same database removes it under our feet. */
const TRIES = 3;

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
  let ended: Ended | undefined;
  let held: Held | undefined;
  try {
    held = await makeReady(context);
    ended = await runCommand(context, options, held.database);
  } finally {
    if (ended === undefined) await tearDown(context, held, keepReason(options, true));
  }
  const left = await tearDown(context, held, keepReason(options, ended.exitCode !== 0));
  return { ...ended, run: context.run.key, name: context.name, left };
}

/** Up, migrate and audit; starts over when the last user of an adopted database removed it meanwhile. */
async function makeReady(context: Context): Promise<Held> {
  for (let left = TRIES - 1; ; left -= 1) {
    const { database } = await upIn(context, "last-run");
    try {
      const migrations = await migrationsOf(context);
      if (migrations !== undefined) await migrateIn(context, migrations, { url: database.directUrl, database });
      const lease = await takeLease(database.directUrl, context.signal);
      if (lease !== undefined) {
        await requireGoodSchema(context, database.directUrl);
        return { database, lease };
      }
    } catch (thrown) {
      if (left === 0 || context.signal.aborted || (await stillThere(context))) throw thrown;
    }
    context.report({ kind: "note", text: "the database was removed by its last user; starting over" });
  }
}

async function runCommand(context: Context, options: RunOptions, database: Database): Promise<Ended> {
  return inPhase(context.report, "command", options.command.join(" "), () =>
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

async function stillThere(context: Context): Promise<boolean> {
  return (await findDatabase(await candidates(context), context.name, limitsOf(context))) !== undefined;
}
