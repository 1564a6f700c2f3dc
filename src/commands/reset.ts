import type { CommonOptions, Context } from "../context/context.ts";
import { handedOut } from "../context/copied-state.ts";
import { inContext } from "../context/in-context.ts";
import { basesOf, type Migrations, migrationsOf } from "../context/migrations.ts";
import { isForced, ownerIn, requireOwner } from "../context/owner.ts";
import { inPhase } from "../context/phase.ts";
import { providerLimits, providersOfRun } from "../context/providers.ts";
import { readSpec } from "../context/spec-file.ts";
import { requireRunDatabase, missingDatabase } from "../context/target-database.ts";
import { OffshootError } from "../errors.ts";
import type { OwnerTag } from "../identity/owner-tag.ts";
import type { Database, Provider } from "../providers/provider.ts";
import { secretsOf } from "../providers/variables.ts";
import type { Migrated } from "../readiness/readiness.ts";
import { ownCommand } from "../shell-command.ts";
import { replaceContents } from "../usage/alone.ts";
import { keepingOthers } from "../usage/replacers.ts";
import { migrateDatabase } from "./migrate.ts";

export interface ResetOptions extends CommonOptions {
  /** Run the migrations afterwards. Default true, if the repository has some. */
  readonly migrate?: boolean | undefined;
  /**
   * `true`: also reset the database while other processes use it, which lose their sessions. The owner of the database, such as
   * `ada-5be1c2d0`: the same, and also if it belongs to that person. Default false.
   */
  readonly force?: boolean | string | undefined;
}

export interface ResetResult {
  readonly database: Database;
  /** Whether the URL is the same as before. On Neon the password can be another one, if the parent is a protected branch. */
  readonly sameUrl: boolean;
  /** What the migrations did; undefined if they were not run. */
  readonly migrated: Migrated["state"] | undefined;
}

/**
 * Replaces the contents of this run's database by what it started from, under the same URL, and migrates it again. On Neon that
 * is the present state of the parent branch, on a local server the migrated base or an empty database. Everything that was
 * written into the database since is lost, and its sessions end.
 *
 * Throws `RUN_UNKNOWN` when the run has no database; `PROTECTED` when others use it, when it is a default, protected or parent
 * branch, or has children; `NOT_OURS`; `PROVIDER_REJECTED` when the provider cannot reset it; and what `migrate` throws.
 */
export async function reset(options: ResetOptions = {}): Promise<ResetResult> {
  return inContext(options, (context) => resetIn(context, options));
}

async function resetIn(context: Context, options: ResetOptions): Promise<ResetResult> {
  // What is wrong with the repository must be reported before the data is lost.
  await readSpec(context);
  const migrations = await migrationsOf(context);
  const database = await requireRunDatabase(context);
  const check = (tag: OwnerTag): void => requireOwner(context, tag, ownerIn(options), "reset");
  check(database.tag);
  const fresh = await resetDatabase(context, database, migrations, { check, force: isForced(options) });
  const migrated =
    options.migrate === false || migrations === undefined
      ? undefined
      : await keepingOthers(context, fresh, () => migrateDatabase(context, migrations, { url: fresh.directUrl, database: fresh }));
  return { database: handedOut(fresh, context), sameUrl: fresh.directUrl === database.directUrl, migrated: migrated?.state };
}

async function resetDatabase(
  context: Context,
  database: Database,
  migrations: Migrations | undefined,
  { check, force }: { readonly check: (tag: OwnerTag) => void; readonly force: boolean },
): Promise<Database> {
  const replace = requireReset(await providersOfRun(context), database);
  const bases = context.settings.base === false ? undefined : migrations && basesOf(context, migrations);
  const forced = ownCommand(["reset", "--run", context.run.key, "--force"]);
  return inPhase(
    context.emit,
    "reset",
    "database",
    () =>
      replaceContents(context, database, { done: "reset", force, forced }, async () => {
        const fresh = await replace(context.name, { fingerprint: bases?.own, trustedBase: bases?.trusted, check }, providerLimits(context));
        if (fresh === undefined) throw await missingDatabase(context);
        await context.conceal(secretsOf(fresh));
        return fresh;
      }),
    ({ name, provider, base }) => `${provider} database ${name} reset${base === undefined ? "" : " to its base"}`,
  );
}

function requireReset(providers: readonly Provider[], { provider, name }: Database): NonNullable<Provider["reset"]> {
  const found = providers.find((each) => each.name === provider)?.reset;
  if (found !== undefined) return found;
  throw new OffshootError("PROVIDER_REJECTED", `The database ${name} was not reset: the provider ${provider} has no reset.`, {
    meaning: "Nothing was changed.",
    remedy: "Use `offshoot down` and then `offshoot up` to get a new database.",
    facts: { provider },
  });
}
