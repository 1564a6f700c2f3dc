import { asciiKey } from "../ascii.ts";
import { serviceOf } from "../ci/detect.ts";
import { type CommonOptions, type Context, variablesOfRun } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { requireDeployment } from "../context/deployment.ts";
import { requireWantedProvider } from "../context/other-place.ts";
import { isRunDatabaseAt, targetDatabase, type TargetDatabase } from "../context/target-database.ts";
import { basesOf, type Migrations, migrationsByWork, requireMigrations, type Step } from "../context/migrations.ts";
import { sharedServerState } from "../context/server-as-it-was.ts";
import { inPhase } from "../context/phase.ts";
import { OffshootError } from "../errors.ts";
import { commandEnvironment, distinctValues } from "../own-secrets.ts";
import type { Project } from "../migration-tools/tool.ts";
import type { BaseRecord } from "../providers/provider.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { secretsOf, variablesOf, variablesOfUrl, withoutOtherServer } from "../providers/variables.ts";
import { type Migrated, type MigrationStep, migrateOnce, type ReadinessRequest } from "../readiness/readiness.ts";
import type { Leadership } from "../readiness/work.ts";
import { readAuditFiles } from "./audit.ts";
import { type MigrationCounter, migrationCounter } from "./count-migrations.ts";
import { refuseUsed } from "./migrate/used-before.ts";
import { rehearsalBefore } from "./migrate/rehearsal-before.ts";
import { type SchemaRecord, schemaRecord } from "./migrate/schema-record.ts";
import { toolLockOf, verification } from "./migrate/verification.ts";

export interface MigrateOptions extends CommonOptions {
  /** The migration command and its arguments; default the setting `migrations.command`, else the detected tool. */
  readonly command?: readonly string[] | undefined;
  /**
   * A function that migrates in this process, instead of a command. Only one of all callers runs it. It connects over
   * `lead.url` only, because other sessions are not fenced, must end when `lead.signal` aborts, and should call `lead.assertLeader()` before each irreversible step.
   */
  readonly work?: ((lead: Leadership) => Promise<void>) | undefined;
  /** Name of `work`. It is part of the fingerprint: change it when the function changes. Default `migrate`. */
  readonly workName?: string | undefined;
  /** Clear the record of a failed migration and try again. Default false: a failure is final for its attempt. */
  readonly retry?: boolean | undefined;
  /** A Postgres URL, or the name of an environment variable that holds one; default the run's own database. */
  readonly url?: string | undefined;
}

export type { Migrated } from "../readiness/readiness.ts";
export type { Leadership } from "../readiness/work.ts";

/**
 * Runs the migrations of this run once: the first caller runs them while all others wait. Returns when the database is
 * ready. The state is `ran` (this call ran them), `waited` (another job ran them) or `already` (they had run before).
 *
 * Throws `MIGRATION_FAILED` with the output of the failed command, in every caller; `TIMED_OUT` after
 * `timeouts.migrate`; `RUN_UNKNOWN`; `URL_INVALID`; `COMMAND_MISSING`; `FINGERPRINT_CONFLICT` when two jobs of one run
 * have different migrations; `PROVIDER_REJECTED` when the database exists with a provider that the settings exclude; `PROTECTED` in a build of a site that could migrate the production database by mistake; `FINDINGS` when the configured audit fails after the migrations.
 */
export async function migrate(options: MigrateOptions = {}): Promise<Migrated> {
  return inContext(options, (context) => migrateIn(context, options));
}

async function migrateIn(context: Context, options: MigrateOptions): Promise<Migrated> {
  // An invalid spec must be reported before the database is changed.
  await readAuditFiles(context);
  const migrations =
    options.work === undefined
      ? await requireMigrations(context, options.command ?? [], "offshoot migrate")
      : await migrationsByWork(context, options.workName ?? "migrate", options.work);
  const target = await targetDatabase(context, options.url);
  if (target.database === undefined) requireDeployment(context, target.url);
  else requireWantedProvider(context, target.database.provider);
  return migrateDatabase(context, migrations, target, options.retry ?? false);
}

/** Runs the migrations once on the target database, or waits for the job that runs them. Throws what `migrate` throws. */
export async function migrateDatabase(context: Context, migrations: Migrations, target: TargetDatabase, retry = false): Promise<Migrated> {
  requireSeedsAllowed(context, migrations, target);
  const keepAsBase = context.settings.base === false ? undefined : target.database?.keepAsBase;
  const counters = migrations.steps.map(({ project }) => counterOf(context, project, target.url));
  const record = context.settings.comment ? schemaRecord(context, migrations.fingerprint, target.url) : undefined;
  const server = target.database?.copy === undefined ? undefined : sharedServerState(context, migrations, target.url);
  const [first, ...next] = migrations.steps.map((step, at) => ({
    ...readinessStep(context, step, target, at === migrations.steps.length - 1 ? { record } : undefined),
    async beforeCommand() {
      if (at === 0) await record?.before();
      await server?.start();
      await counters[at]?.start();
    },
    async afterCommand() {
      await server?.stop();
      await counters[at]?.stop();
    },
  })) as [MigrationStep, ...MigrationStep[]];
  const request = {
    ...readinessRequest(context, migrations, target, retry),
    ...first,
    next,
    fence: context.settings.migrations.fence,
    prepare: rehearsalBefore(context, migrations, target),
    ...(keepAsBase === undefined
      ? {}
      : {
          refuseBase: refuseUsed,
          keepAsBase: async (stillTrue: () => Promise<boolean>, signal: AbortSignal) =>
            keepAsBase(basesOf(context, migrations).own, stillTrue, signal, await recordOf(context, migrations)),
        }),
  };
  const work = async (): Promise<Migrated> => {
    context.emit({ kind: "status", text: migrations.steps.map(({ project, text }) => project?.tool ?? text).join(", ") });
    const migrated = await migrateOnce(request);
    if (migrated.state === "already") await record?.emitStored();
    if (migrated.state === "already" && request.prepare !== undefined)
      context.emit({ kind: "note", text: "The migrations had already run in this database, so this job did not rehearse them." });
    context.emit({ kind: "result", topic: "migrations", weight: "none", text: migrated.state, markdown: "" });
    return migrated;
  };
  return inPhase(context.emit, "migrate", "migrations", work, (migrated) => describeMigrated(migrated, migrations, counters));
}

/** Without the record the base is as good, except that a rehearsal takes it only if its version table proves what it is. */
async function recordOf(context: Context, migrations: Migrations): Promise<BaseRecord | undefined> {
  const { baseRecordOf } = await import("../context/base-record.ts");
  return baseRecordOf(context, migrations).catch(() => undefined);
}

function counterOf(context: Context, project: Project | undefined, url: DirectUrl): MigrationCounter | undefined {
  return context.progress && project !== undefined && project.unchecked === undefined ? migrationCounter(context, project, url) : undefined;
}

/** `last`: set for the last step. What it has changed is recorded, and the schema is audited after it. */
function readinessStep(
  context: Context,
  step: Step,
  { url, database }: TargetDatabase,
  last: { readonly record: SchemaRecord | undefined } | undefined,
): MigrationStep {
  const variables = (reached: DirectUrl): Readonly<Record<string, string>> =>
    database === undefined
      ? variablesOfUrl(reached)
      : { ...variablesOf({ ...database, url: reached, directUrl: reached }), ...variablesOfRun(context) };
  return {
    name: step.name,
    command: step.command,
    cwd: step.directory,
    // Every migration tool reads DATABASE_URL, and migrations need the direct URL.
    env: (reached) => ({
      ...withoutOtherServer(commandEnvironment(context.env, context.settings.passSecrets)),
      ...step.variables,
      ...variables(reached),
      ...step.env(reached),
    }),
    toolLock: toolLockOf(context, url, step.project),
    ...verification(context, url, step, last),
    seed: step.seed === undefined ? undefined : { fingerprint: step.fingerprint, repeatable: step.seed === "repeatable" },
  };
}

/** Throws `SEED_REFUSED` for a seed on a database that offshoot did not create, unless the settings allow it. */
function requireSeedsAllowed({ settings }: Context, { steps }: Migrations, { database }: TargetDatabase): void {
  const seed = steps.find((step) => step.seed !== undefined);
  if (seed === undefined || settings.migrations.seedExisting) return;
  if (database !== undefined && database.provider !== "existing") return;
  const where = database === undefined ? "the database of --url" : "an existing database";
  throw new OffshootError("SEED_REFUSED", `The seed ${JSON.stringify(seed.name)} must not run on ${where}.`, {
    meaning: "A seed can delete rows, and offshoot did not create this database. Nothing was run.",
    remedy: "If its rows can be lost, set migrations.seedExisting to true, or add --set migrations.seedExisting=true.",
  });
}

/** What a caller needs to run the migrations or to wait for them. */
export function readinessRequest(context: Context, migrations: Migrations, target: TargetDatabase, retry: boolean): ReadinessRequest {
  const { timeouts } = context.settings;
  return {
    url: target.url,
    run: context.run.key,
    invocation: context.run.invocation === undefined ? undefined : asciiKey(context.run.invocation),
    attempt: context.run.attempt,
    rerun: serviceOf(context.ci)?.rerun,
    fingerprint: migrations.fingerprint,
    deletedAfterFailure: target.deletedAfterFailure,
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
    hurry: context.hurry,
    emit: context.emit,
    secrets: [
      ...context.secrets,
      ...migrations.steps.flatMap(({ variables }) => distinctValues(variables)),
      ...secretsOf({ url: target.database?.url ?? target.url, directUrl: target.url }),
    ],
    databaseExists: target.database === undefined ? undefined : () => isRunDatabaseAt(context, target.url),
  };
}

function describeMigrated(
  { state }: Migrated,
  { steps }: Migrations,
  counters: readonly (MigrationCounter | undefined)[],
): { readonly text: string; readonly facts: readonly string[] } {
  const texts = { ran: "migrations ran", waited: "another job ran the migrations", already: "migrations had already run" };
  const [step] = steps;
  const [counted] = counters.map((counter) => counter?.result());
  const all = step.project?.revisions.length;
  const facts = {
    ran: counted === undefined ? "ran" : `${counted.after - counted.before} of ${counted.all} were new`,
    waited: "another job ran them",
    already: all === undefined ? "had already run" : all === 1 ? "had already run (1 migration)" : `all ${all} had already run`,
  };
  const subject = steps.length === 1 ? (step.project?.tool ?? step.text) : steps.map(({ name }) => name).join(", ");
  return { text: texts[state], facts: [subject, steps.length === 1 || state !== "ran" ? facts[state] : "ran"] };
}
