import { configuredProviders, providerAt, providerLimits } from "../context/providers.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { handedOut } from "../context/copied-state.ts";
import { inContext } from "../context/in-context.ts";
import { basesOf, type Migrations, migrationsOf } from "../context/migrations.ts";
import { warnOfOtherOwner } from "../context/owner.ts";
import { inPhase } from "../context/phase.ts";
import { recordBranch } from "../context/branch-record.ts";
import { asFirst } from "../context/first-command.ts";
import { requireWantedProvider, warnOfPlace } from "../context/other-place.ts";
import { leadsTo, recordedPlace, recordPlace } from "../context/place.ts";
import { defaultTtl, expiresAt } from "../identity/expiry.ts";
import { baseName } from "../identity/name.ts";
import type { BaseKeys } from "../identity/base-key.ts";
import { baseTag, type Lifetime, NAME_PREFIX, ownerTag } from "../identity/owner-tag.ts";
import { type Chosen, chooseDatabase } from "../providers/choose.ts";
import type { Database, DatabaseRequest, Provider, Refusal } from "../providers/provider.ts";
import { formatMoment } from "../moment.ts";
import { secretsOf } from "../providers/variables.ts";

export interface UpOptions extends CommonOptions {}

/** The run's database, and how it was acquired. */
export interface UpResult {
  readonly database: Database;
  /** Whether this call created the database; false when it adopted one that another job of the run had created. */
  readonly created: boolean;
  /** Milliseconds until the database answered a query. */
  readonly readyMs: number;
  /** Providers that were skipped, and why. */
  readonly refusals: readonly Refusal[];
}

/** Facts about a run's database that later jobs may receive. None of them is secret: each job looks up the URL itself. */
export interface Outputs extends Readonly<Record<string, string>> {
  readonly provider: string;
  /** `true` or `false`, for conditions in a workflow file. */
  readonly use_neon: string;
  readonly database_id: string;
  readonly database_name: string;
  /** The run's key. `offshoot env --run RUN_KEY` finds the database on any machine that can reach the provider. */
  readonly run_key: string;
  /** ISO 8601, or empty when the database does not expire by itself. */
  readonly expires_at: string;
  readonly created: string;
  readonly ready_ms: string;
}

/**
 * Creates or adopts this run's database, and returns when the database has answered a query. Any number of callers, on
 * any number of machines, may call it at the same time: one creates the database, the others adopt it.
 *
 * Throws `NO_PROVIDER` with every refusal, `PROVIDER_REJECTED` when a provider refuses and fallback is not allowed, or when the
 * database exists with a provider that the settings exclude,
 * `NOT_OURS` when the name belongs to a database of another owner, and `TIMED_OUT` after `timeouts.acquire`.
 */
export async function up(options: UpOptions = {}): Promise<UpResult> {
  return inContext(options, async (context) => {
    const result = await acquireRunDatabase(context);
    return { ...result, database: handedOut(result.database, context) };
  });
}

/**
 * Creates or adopts the run's database. `lifetime` says what deletes it: `offshoot down`, or the end of the last job
 * that uses it. Throws what `up` throws.
 */
export async function acquireRunDatabase(context: Context, lifetime: Lifetime = "until-down"): Promise<UpResult> {
  return acquireDatabaseFor(context, context.settings.base === false ? undefined : await migrationsOf(context), lifetime);
}

/** As `acquireRunDatabase`, for a caller that has read the migrations, or found none. To read thousands of them takes time. */
export async function acquireDatabaseFor(context: Context, read: Migrations | undefined, lifetime: Lifetime): Promise<UpResult> {
  const start = performance.now();
  const migrations = context.settings.base === false ? undefined : read;
  const request = requestFor(context, lifetime, migrations && basesOf(context, migrations));
  const { database, refusals } = await inPhase(
    context.emit,
    "up",
    "database",
    async () => {
      const chosen = await atOnePlace(context, async (wanted, major) => {
        const providers = wanted.map((provider) => withMigratedBase(provider, context, migrations));
        return chooseDatabase(providers, { ...request, major }, providerLimits(context));
      });
      await context.conceal(secretsOf(chosen.database));
      return chosen;
    },
    (chosen) => ({ text: describeDatabase(chosen.database), facts: factsOf(chosen.database, context) }),
  );
  const { id, consoleUrl, name, provider, origin } = database;
  warnOfOtherOwner(context, database.tag);
  // The hook must not name a database that its last user deletes.
  if (database.tag.lifetime !== "last-run") await recordBranch(context, database);
  context.emit({ kind: "database", id, consoleUrl, name, provider, run: context.run.key, expiresAt: database.expiresAt });
  return { database, created: origin === "created", readyMs: Math.round(performance.now() - start), refusals };
}

/**
 * Acquires the run's database where an earlier command of this machine has created it, or else by the settings. Two commands
 * with different settings that start at the same time, or with the same ones before and after Docker started, get one database.
 */
async function atOnePlace(
  context: Context,
  acquire: (providers: readonly Provider[], major: number | undefined) => Promise<Chosen>,
): Promise<Chosen> {
  const { postgres } = context.settings;
  const bySettings = async (isRecorded: boolean): Promise<Chosen> => {
    const chosen = await acquire(await configuredProviders(context), postgres);
    if (!isRecorded || chosen.database.origin === "created") await recordPlace(context, chosen.database, chosen.refusals);
    return chosen;
  };
  const atRecorded = async (): Promise<Chosen | undefined> => {
    const recorded = await recordedPlace(context);
    if (recorded === undefined) return undefined;
    const { place, isSameWish } = recorded;
    // The first choice of the same settings finds or creates the database there.
    if (isSameWish && context.settings.provider[0] === place.provider) return bySettings(true);
    const provider = await providerAt(recorded, context);
    if (provider === undefined) return undefined;
    requireWantedProvider(context, place.provider);
    // An earlier command chose another version, and a run keeps its database: that is a warning.
    const chosen = await acquire([provider], isSameWish ? postgres : undefined);
    if (isSameWish) for (const refusal of recorded.refusals) context.emit({ kind: "refusal", ...refusal });
    else if (!leadsTo(context.settings, place)) warnOfPlace(context, chosen.database);
    return chosen;
  };
  return (await atRecorded()) ?? asFirst(context, { work: async () => (await atRecorded()) ?? bySettings(false), alternative: atRecorded });
}

/** The facts of a database that later jobs may receive. */
export function outputsOf({ database, created, readyMs }: UpResult): Outputs {
  return {
    provider: database.provider,
    use_neon: String(database.provider === "neon"),
    database_id: database.id,
    database_name: database.name,
    run_key: database.tag.run,
    expires_at: database.expiresAt?.toISOString() ?? "",
    created: String(created),
    ready_ms: String(readyMs),
  };
}

function describeDatabase({ provider, name, origin, base }: Database): string {
  return `${provider} database ${name} ${origin}${base === undefined ? "" : " from its base"}`;
}

function factsOf({ provider, name, origin, base, expiresAt: until }: Database, { settings, now }: Context): readonly string[] {
  const parent = provider === "neon" ? `from ${settings.neon.parent ?? "the default branch"}` : undefined;
  return [
    provider,
    name.slice(NAME_PREFIX.length),
    ...(origin === "adopted" ? ["existed already"] : base === undefined ? [] : ["from its base"]),
    ...(parent === undefined || base !== undefined || origin === "adopted" ? [] : [parent]),
    ...(until === undefined ? [] : [`until ${formatMoment(until, now())}`]),
  ];
}

function requestFor(context: Context, lifetime: Lifetime, bases: BaseKeys | undefined): DatabaseRequest {
  const { settings, run, name, ci } = context;
  const createdAt = context.now();
  const expires = expiresAt(createdAt, settings.ttlMs ?? defaultTtl(ci.isCi));
  const tag = ownerTag({ run, createdAt, expiresAt: expires, lifetime });
  return { run, name, tag, expiresAt: expires, fingerprint: bases?.own, trustedBase: bases?.trusted };
}

/**
 * The provider, which now makes sure that a migrated base exists before it acquires a database. Only providers with
 * `ensureBase` need that. One of all jobs and runs migrates the base. The time for the base does not count as time for
 * the run's own database.
 */
function withMigratedBase(provider: Provider, context: Context, migrations: Migrations | undefined): Provider {
  const { ensureBase } = provider;
  if (ensureBase === undefined || migrations === undefined || context.settings.base !== true) return provider;
  const { own: fingerprint, trusted: trustedBase } = basesOf(context, migrations);
  return {
    ...provider,
    async acquire(request, limits) {
      const tag = baseTag({ run: context.run, createdAt: context.now(), fingerprint });
      const base = {
        run: context.run,
        name: baseName(fingerprint),
        tag,
        expiresAt: undefined,
        fingerprint: undefined,
        trustedBase,
        major: request.major,
      };
      const refused = await ensureBase(base, providerLimits(context), async (database) => {
        // The provider itself turns this database into a base after the migrations.
        const { keepAsBase: _, ...plain } = database;
        await context.conceal(secretsOf(database));
        // Loaded on demand: most calls migrate nothing, and start faster without it.
        const { migrateDatabase } = await import("./migrate.ts");
        await migrateDatabase(contextOfBase(context), migrations, { url: database.directUrl, database: plain });
      });
      if (refused !== undefined) return refused;
      return provider.acquire(request, { ...limits, withinMs: context.settings.timeouts.acquireMs });
    },
  };
}

/** All runs share one base. With one run key for all of them, the first caller migrates it for every run. */
function contextOfBase(context: Context): Context {
  return { ...context, run: { ...context.run, key: "base", invocation: undefined } };
}
