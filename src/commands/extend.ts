import type { Database } from "../providers/provider.ts";
import { defaultTtl, expiresAt } from "../identity/expiry.ts";
import { ownerTag } from "../identity/owner-tag.ts";
import { candidates, limitsOf } from "../context/candidates.ts";
import { type CommonOptions, prepare } from "../context/context.ts";
import { requireDatabase } from "../context/locate.ts";

export interface ExtendOptions extends CommonOptions {}

/**
 * Lets this run's database live for another `ttl`, counted from now: at most 30 days on Neon. Throws `RUN_UNKNOWN`
 * when there is no such database; where the provider has no expiry, `expiresAt` stays undefined.
 */
export async function extend(options: ExtendOptions = {}): Promise<Pick<Database, "id" | "name" | "provider" | "expiresAt">> {
  const context = await prepare(options);
  const found = await requireDatabase(context);
  const provider = (await candidates(context)).find(({ name }) => name === found.provider);
  const createdAt = context.now();
  const expires = expiresAt(createdAt, context.settings.ttlMs ?? defaultTtl(context.ci.isCi));
  const tag = ownerTag({ run: context.run, createdAt, expiresAt: expires, lifetime: found.tag.lifetime });
  // To adopt is to renew.
  const wanted = { run: context.run, name: context.name, tag, expiresAt: expires, fingerprint: undefined };
  const renewed = await provider?.acquire(wanted, limitsOf(context));
  if (renewed?.kind !== "database") return found;
  if (renewed.origin === "adopted") return renewed;
  // It went away between the look and the adoption: an empty one in its place would be no extension.
  await renewed[Symbol.asyncDispose]();
  return requireDatabase(context);
}
