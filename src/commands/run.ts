import { checkOptionNames } from "../context/option-names.ts";
import { ownCommand } from "../shell-command.ts";
import { type CommonOptions, type Context, variablesOfRun } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { expectMigrations } from "../context/expected-migrations.ts";
import { type Migrations, migrationsOf } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";
import { isOffshootError, messageOf, OffshootError } from "../errors.ts";
import { commandEnvironment } from "../own-secrets.ts";
import { type Ended, runInForeground } from "../process/foreground.ts";
import type { Database } from "../providers/provider.ts";
import { variablesOf, withoutOtherServer } from "../providers/variables.ts";
import { holdDatabase } from "../usage/hold.ts";
import { hasSuites, isDeletedBySuite } from "../usage/suites.ts";
import { type HeldDatabase, type KeptReason, tearDown } from "../usage/teardown.ts";
import { readAuditFiles, requireAuditPasses } from "./audit.ts";
import { removeAfterLastUse } from "./down.ts";
import { type Migrated, migrateDatabase } from "./migrate.ts";
import { acquireDatabaseFor } from "./up.ts";

export interface RunOptions extends CommonOptions {
  /** The command and its arguments. */
  readonly command: readonly string[];
  /** Keep the database in any case. Default false. */
  readonly keep?: boolean | undefined;
  /** Keep the database when the command or the migrations fail. Default false. */
  readonly keepOnFailure?: boolean | undefined;
  /** Whether stdin is a terminal; default `process.stdin.isTTY`. */
  readonly terminal?: boolean | undefined;
}

export interface RunResult extends Ended {
  /** The run's key: `--run KEY` finds its database again. */
  readonly run: string;
  readonly name: string;
  /** Why the database was kept; undefined when it was deleted. `not-deleted`: after a failed command it could not be deleted. */
  readonly kept: KeptReason | "not-deleted" | undefined;
}

export type { KeptReason } from "../usage/teardown.ts";

/**
 * Acquires the run's database, migrates it, audits it when a spec is configured, runs the command with the URLs in its
 * environment, and deletes the database. The database is deleted after success, failure and cancellation alike. When
 * several processes share the run, the last one deletes it.
 *
 * Throws what `up`, `migrate` and `audit` throw. A failed command is a result, not an error.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  checkOptionNames(options);
  const { command }: { readonly command?: readonly string[] } = options;
  if (command === undefined || command.length === 0) {
    throw new OffshootError("COMMAND_MISSING", "No command was given to run.", {
      remedy: "Give it after `--`: npx offshoot run -- npm test",
    });
  }
  return inContext(options, (context) => runIn(context, options));
}

async function runIn(context: Context, options: RunOptions): Promise<RunResult> {
  // An invalid spec must be reported before a database is created.
  await readAuditFiles(context);
  await expectMigrations(context);
  const migrations = await migrationsOf(context);
  let held: HeldDatabase | undefined;
  let isAcquired = false;
  let isAudited = false;
  let ended: Ended;
  try {
    held = await holdDatabase(
      context,
      async () => {
        const acquired = await acquireDatabaseFor(context, migrations, "last-run");
        isAcquired = true;
        return acquired;
      },
      async ({ database }) => {
        const migrated = await migrateRunDatabase(context, migrations, database, keepReason(options, true) === undefined);
        isAudited = migrated?.state === "ran";
        return migrated?.database;
      },
    );
    // Whoever runs the migrations audits before the database is ready. A second audit would show each finding twice.
    if (!isAudited) await requireAuditPasses(context, held.database.directUrl);
    ended = await runCommand(context, options, held.database);
  } catch (thrown) {
    // The first error is thrown. A failed teardown is only a warning beside it.
    const keep = keepReason(options, true);
    const kept = await tearDown(context, { held, keep, remove: removeAfterLastUse }).catch((failure: unknown) =>
      !isAcquired && isRefused(thrown) ? undefined : warnOfRest(context, failure),
    );
    if (keep !== undefined && kept === keep) noteKept(context);
    throw thrown;
  }
  const keep = keepReason(options, ended.exitCode !== 0);
  // The process that holds the databases of tests ends after their runner.
  const isAwaited = keep === undefined && (await hasSuites(held.database.directUrl, context.signal));
  const kept = await tearDown(context, { held, keep, remove: removeAfterLastUse }).catch((failure: unknown) => {
    warnOfRest(context, failure);
    // The status of a failed command says more than that of what came after it.
    if (ended.exitCode === 0) throw failure;
    return "not-deleted" as const;
  });
  const isDeleted = kept === "shared" && isAwaited && (await isDeletedBySuite(context));
  return { ...ended, run: context.run.key, name: context.name, kept: isDeleted ? undefined : kept };
}

/** For a run that failed before its command: no result names the database that an option keeps. */
function noteKept({ emit, name, run: { key } }: Context): void {
  const [connect, remove] = ["psql", "down"].map((command) => ownCommand([command, "--run", key]));
  emit({ kind: "warning", text: `The database ${name} was kept. Connect to it: ${connect}. Delete it: ${remove}` });
}

/** Whether every provider refused. Before a database was acquired this means that nothing was created; a rehearsal can fail so later. */
function isRefused(thrown: unknown): boolean {
  return isOffshootError(thrown) && (thrown.code === "NO_PROVIDER" || thrown.code === "PROVIDER_REJECTED");
}

function warnOfRest(context: Context, failure: unknown): undefined {
  const reason = messageOf(failure).replace(/\.$/, "");
  const text = `The database ${context.name} could not be deleted and may still exist (${reason}). Delete it: ${ownCommand(["down", "--run", context.run.key])}`;
  context.emit({ kind: "warning", text });
}

/** Undefined when the repository has no migrations. */
async function migrateRunDatabase(
  context: Context,
  migrations: Migrations | undefined,
  database: Database,
  deleteAfterFailure: boolean,
): Promise<Migrated | undefined> {
  if (migrations === undefined) return undefined;
  const deletedAfterFailure = deleteAfterFailure && database.tag.lifetime === "last-run";
  return migrateDatabase(context, migrations, { url: database.directUrl, database, deletedAfterFailure });
}

async function runCommand(context: Context, options: RunOptions, database: Database): Promise<Ended> {
  const text = options.command.join(" ");
  return inPhase(
    context.emit,
    "command",
    text,
    () =>
      runInForeground(options.command, {
        cwd: context.cwd,
        env: {
          // A test runner of offshoot then keeps the clones of failed tests too. A value of the user has precedence.
          ...(options.keepOnFailure === true ? { OFFSHOOT_KEEP_ON_FAILURE: "true" } : {}),
          ...withoutOtherServer(commandEnvironment(context.env, context.settings.passSecrets)),
          ...variablesOf(database),
          ...variablesOfRun(context),
        },
        signal: context.signal,
        hurry: context.hurry,
        graceMs: context.settings.timeouts.commandGraceMs,
        terminal: options.terminal ?? process.stdin.isTTY,
      }),
    (ended) => {
      const end = describeEnd(ended);
      const failed = ended.exitCode !== 0;
      return { text: failed ? `${text} (${end})` : text, facts: [text, end], failed };
    },
  );
}

function describeEnd({ exitCode, signal }: Ended): string {
  return signal === undefined ? `exit status ${exitCode}` : `ended by ${signal}, exit status ${exitCode}`;
}

function keepReason(options: RunOptions, failed: boolean): "kept" | "kept-on-failure" | undefined {
  if (options.keep === true) return "kept";
  return failed && options.keepOnFailure === true ? "kept-on-failure" : undefined;
}
