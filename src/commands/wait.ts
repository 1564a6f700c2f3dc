import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { targetDatabase } from "../context/target-database.ts";
import { requireMigrations } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";
import { type Migrated, waitUntilMigrated } from "../readiness/readiness.ts";
import { readinessRequest } from "./migrate.ts";

export interface WaitOptions extends CommonOptions {
  /**
   * The migration command of the job that migrates, when the configuration does not set it. It is part of the
   * fingerprint, and is never run here.
   */
  readonly command?: readonly string[] | undefined;
  /** A Postgres URL, or the name of an environment variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
}

/**
 * Waits until another job has migrated this run's database; never runs a migration. Throws `MIGRATION_FAILED` with the
 * output of the failed command as soon as it has failed, `TIMED_OUT` after `timeouts.wait`, `RUN_UNKNOWN`, `URL_INVALID`
 * and `COMMAND_MISSING`.
 */
export async function wait(options: WaitOptions = {}): Promise<Migrated> {
  return inContext(options, (context) => waitIn(context, options));
}

async function waitIn(context: Context, options: WaitOptions): Promise<Migrated> {
  const migrations = await requireMigrations(context, options.command ?? [], "offshoot wait");
  const target = await targetDatabase(context, options.url);
  const request = readinessRequest(context, migrations, target, false);
  const timings = { ...request.timings, withinMs: context.settings.timeouts.waitMs };
  return inPhase(context.emit, "wait", "waiting for the migrations", () => waitUntilMigrated({ ...request, timings }));
}
