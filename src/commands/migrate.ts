import type { Leadership } from "../readiness/work.ts";
import { type CommonOptions, prepare } from "../context/context.ts";
import { locate } from "../context/locate.ts";
import { type Migrated, migrateIn } from "./migrate-in.ts";
import { migrationsByWork, requireMigrations } from "../context/migrations.ts";
import { readSpec } from "../context/spec-file.ts";

export interface MigrateOptions extends CommonOptions {
  /** The migration command and its arguments; default `migrations.command` of the configuration. */
  readonly command?: readonly string[] | undefined;
  /**
   * A function that migrates in this process, instead of a command. It is fenced by `lead.signal` and
   * `lead.assertLeader()`, and connects over `lead.url`. Called in one of many callers only.
   */
  readonly work?: ((lead: Leadership) => Promise<void>) | undefined;
  /** Name of `work`, a part of the fingerprint: change it when the function's meaning changes. Default "migrate". */
  readonly workName?: string | undefined;
  /** Clear the mark of a failed migration and try again. Default false: a failure is final for its attempt. */
  readonly retry?: boolean | undefined;
  /** A Postgres URL, or the name of a variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
}

export type { Migrated } from "./migrate-in.ts";
export type { Leadership } from "../readiness/work.ts";

/**
 * Runs the migrations of this run once, whoever starts first, while all others wait. Returns when the database is
 * ready: `ran` (by this call), `waited` (for another), or `already` (nothing was left to do).
 *
 * Throws `MIGRATION_FAILED` with the leader's own output, on every waiter alike; `TIMED_OUT`; `RUN_UNKNOWN`;
 * `COMMAND_MISSING`; `FINGERPRINT_CONFLICT` when two jobs of one run bring different migrations; `FINDINGS` when a
 * configured audit finds errors after the migrations.
 */
export async function migrate(options: MigrateOptions = {}): Promise<Migrated> {
  const context = await prepare(options);
  // A bad spec is told before anything is touched.
  await readSpec(context);
  const migrations =
    options.work === undefined
      ? await requireMigrations(context, options.command ?? [])
      : await migrationsByWork(context, options.workName ?? "migrate", options.work);
  const located = await locate(context, options.url);
  return migrateIn(context, migrations, located, options.retry ?? false);
}
