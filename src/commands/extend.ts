import { configuredProviders, providerLimits } from "../context/providers.ts";
import { type CommonOptions, prepare } from "../context/context.ts";
import { requireRunDatabase } from "../context/target-database.ts";
import { defaultTtl, expiresAt } from "../identity/expiry.ts";
import { ownerTag } from "../identity/owner-tag.ts";
import type { Database } from "../providers/provider.ts";

export interface ExtendOptions extends CommonOptions {}

/**
 * Sets the expiry of this run's database to `ttl` from now; at most 30 days on Neon. `expiresAt` is undefined when the
 * provider has no expiry. Throws `RUN_UNKNOWN` when the run has no database.
 */
export async function extend(options: ExtendOptions = {}): Promise<Pick<Database, "id" | "name" | "provider" | "expiresAt">> {
  const context = await prepare(options);
  const found = await requireRunDatabase(context);
  const provider = (await configuredProviders(context)).find(({ name }) => name === found.provider);
  const createdAt = context.now();
  const expires = expiresAt(createdAt, context.settings.ttlMs ?? defaultTtl(context.ci.isCi));
  const tag = ownerTag({ run: context.run, createdAt, expiresAt: expires, lifetime: found.tag.lifetime });
  // Adopting a database renews its expiry.
  const request = { run: context.run, name: context.name, tag, expiresAt: expires, fingerprint: undefined };
  const renewed = await provider?.acquire(request, providerLimits(context));
  if (renewed?.kind !== "database") return found;
  if (renewed.origin === "adopted") return renewed;
  // The database was deleted after it was found, and `acquire` created an empty one. Remove that, and report the loss.
  await renewed[Symbol.asyncDispose]();
  return requireRunDatabase(context);
}
