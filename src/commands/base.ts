import type { Provider } from "../providers/provider.ts";
import { baseName } from "../identity/name.ts";
import { baseTag } from "../identity/owner-tag.ts";
import { limitsOf } from "../context/candidates.ts";
import type { Context } from "../context/context.ts";
import { migrateIn } from "./migrate-in.ts";
import type { Migrations } from "../context/migrations.ts";
import { secretsOf } from "../providers/variables.ts";

/**
 * The provider, which before it serves the run sees to a base of these migrations, where bases must be made beforehand.
 * The gate lets one of all jobs and runs migrate it. The time that this takes is not taken from the run's own.
 */
export function startingFromBase(provider: Provider, context: Context, migrations: Migrations | undefined): Provider {
  const { ensureBase } = provider;
  if (ensureBase === undefined || migrations === undefined || context.settings.base !== true) return provider;
  const { fingerprint } = migrations;
  return {
    ...provider,
    async acquire(wanted, limits) {
      const tag = baseTag({ run: context.run, createdAt: context.now(), fingerprint });
      const base = { run: context.run, name: baseName(fingerprint), tag, expiresAt: undefined, fingerprint: undefined };
      await ensureBase(base, limitsOf(context), async (database) => {
        // What becomes of the base is the provider's to say, once the migrations are through.
        const { keepAsBase: _, ...plain } = database;
        await context.conceal(secretsOf(database));
        await migrateIn(asBase(context), migrations, { url: database.directUrl, database: plain });
      });
      return provider.acquire(wanted, { ...limits, withinMs: context.settings.timeouts.acquireMs });
    },
  };
}

/** All runs share one base, so to the gate they are one run: whoever comes first migrates for all. */
function asBase(context: Context): Context {
  return { ...context, run: { ...context.run, key: "base", invocation: undefined } };
}
