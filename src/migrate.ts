import { readSpec } from "./audit-spec.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import type { GateRequest, Migrated } from "./gate/gate.ts";
import { migrateOnce } from "./gate/gate.ts";
import type { Leadership } from "./gate/work.ts";
import { isThere, type Located, locate } from "./locate.ts";
import { type Migrations, migrationsByWork, requireMigrations } from "./migrations.ts";
import { inPhase } from "./phase.ts";
import { parseUrl } from "./postgres/url.ts";
import { variablesOf, variablesOfUrl } from "./variables.ts";
import { verifier } from "./verify.ts";

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

export type { Migrated } from "./gate/gate.ts";
export type { Leadership } from "./gate/work.ts";

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
      ? await requireMigrations(context, options.command)
      : await migrationsByWork(context, options.workName ?? "migrate", options.work);
  const located = await locate(context, options.url);
  return migrateIn(context, migrations, located, options.retry ?? false);
}

/** `migrate` on a database that is located already. */
export async function migrateIn(context: Context, migrations: Migrations, located: Located, retry = false): Promise<Migrated> {
  const variables = located.database === undefined ? variablesOfUrl(located.url) : variablesOf(located.database);
  const keepAsBase = context.settings.base === false ? undefined : located.database?.keepAsBase;
  const request = {
    ...gateRequest(context, migrations, located, retry),
    command: migrations.command,
    cwd: migrations.directory,
    // Migrations need the direct URL under the name that every tool reads.
    env: { ...context.env, ...context.settings.migrations.env, ...variables, DATABASE_URL: located.url, ...migrations.env(located.url) },
    ...verifier(context, located.url, migrations.project),
    ...(keepAsBase === undefined
      ? {}
      : { keepAsBase: (stillTrue: () => Promise<boolean>, signal: AbortSignal) => keepAsBase(migrations.fingerprint, stillTrue, signal) }),
  };
  return inPhase(context.report, "migrate", "migrations", () => migrateOnce(request), describeMigrated);
}

/** What the gate needs of a context, to lead or to wait. */
export function gateRequest(context: Context, migrations: Migrations, located: Located, retry: boolean): GateRequest {
  const { timeouts } = context.settings;
  return {
    url: located.url,
    run: context.run.key,
    invocation: context.run.invocation,
    attempt: context.run.attempt,
    fingerprint: migrations.fingerprint,
    retry,
    owner: context.owner,
    timings: {
      withinMs: timeouts.migrateMs,
      leaseMs: timeouts.leaseMs,
      heartbeatMs: Math.min(1000, timeouts.leaseMs / 8),
      pollMs: 250,
      graceMs: timeouts.commandGraceMs,
    },
    signal: context.signal,
    report: context.report,
    secrets: [...context.secrets, parseUrl(located.url).password],
    isThere: located.database === undefined ? undefined : () => isThere(context, located.url),
  };
}

function describeMigrated(result: Migrated): string {
  const told = { ran: "migrations ran", waited: "migrations ran elsewhere, waited", already: "migrations were there already" };
  return told[result.state];
}
