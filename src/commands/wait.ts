import { type Migrated, waitUntilMigrated } from "../readiness/readiness.ts";
import { type CommonOptions, prepare } from "../context/context.ts";
import { locate } from "../context/locate.ts";
import { gateRequest } from "./migrate-in.ts";
import { requireMigrations } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";

export interface WaitOptions extends CommonOptions {
  /** The migration command, where the configuration names none: it is part of what is waited for. Never run. */
  readonly command?: readonly string[] | undefined;
  readonly url?: string | undefined;
}

/**
 * Waits until another job has migrated this run's database, and never migrates itself. Throws
 * `MIGRATION_FAILED` with the leader's output as soon as it failed, and `TIMED_OUT` past `timeouts.wait`.
 */
export async function wait(options: WaitOptions = {}): Promise<Migrated> {
  const context = await prepare(options);
  const migrations = await requireMigrations(context, options.command ?? []);
  const located = await locate(context, options.url);
  const request = gateRequest(context, migrations, located, false);
  const timings = { ...request.timings, withinMs: context.settings.timeouts.waitMs };
  return inPhase(context.emit, "wait", "waiting for the migrations", () => waitUntilMigrated({ ...request, timings }));
}
