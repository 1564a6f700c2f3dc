import { chooseDatabase } from "../providers/choose.ts";
import type { Database, Refusal, Wanted } from "../providers/provider.ts";
import { defaultTtl, expiresAt } from "../identity/expiry.ts";
import { ownerTag } from "../identity/owner-tag.ts";
import { startingFromBase } from "./base.ts";
import { candidates, limitsOf } from "../context/candidates.ts";
import type { Context } from "../context/context.ts";
import { migrationsOf } from "../context/migrations.ts";
import { inPhase } from "../context/phase.ts";
import { secretsOf } from "../providers/variables.ts";

/** The run's database, and how it came about. */
export interface UpResult {
  readonly database: Database;
  /** Whether this call created it; false when it adopted what a sibling had created. */
  readonly created: boolean;
  /** Milliseconds until a query was answered. */
  readonly readyMs: number;
  /** Providers that were passed over, and why. */
  readonly refusals: readonly Refusal[];
}

/** Creates or adopts the run's database. Throws what `up` throws. */
export async function upIn(context: Context, lifetime: "until-down" | "last-run" = "until-down"): Promise<UpResult> {
  const start = performance.now();
  const migrations = context.settings.base === false ? undefined : await migrationsOf(context);
  const wanted = wantedOf(context, lifetime, migrations?.fingerprint);
  const result = await inPhase(
    context.emit,
    "up",
    "database",
    async () => {
      const providers = (await candidates(context)).map((provider) => startingFromBase(provider, context, migrations));
      const chosen = await chooseDatabase(providers, wanted, limitsOf(context));
      await context.conceal(secretsOf(chosen.database));
      return chosen;
    },
    ({ database }) =>
      `${database.provider} database ${database.name} ${database.origin}${database.base === undefined ? "" : " from its base"}`,
  );
  const { name, provider, expiresAt: until } = result.database;
  context.emit({ kind: "database", name, provider, run: context.run.key, expiresAt: until });
  return {
    database: result.database,
    created: result.database.origin === "created",
    readyMs: Math.round(performance.now() - start),
    refusals: result.refusals,
  };
}

function wantedOf(context: Context, lifetime: "until-down" | "last-run", fingerprint: string | undefined): Wanted {
  const { settings, run, name, ci } = context;
  const createdAt = context.now();
  const expires = expiresAt(createdAt, settings.ttlMs ?? defaultTtl(ci.isCi));
  return { run, name, tag: ownerTag({ run, createdAt, expiresAt: expires, lifetime }), expiresAt: expires, fingerprint };
}
