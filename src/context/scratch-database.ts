import { randomBytes } from "node:crypto";
import { OffshootError } from "../errors.ts";
import { chooseDatabase } from "../providers/choose.ts";
import type { Database, ProviderName, DatabaseRequest } from "../providers/provider.ts";
import { expiresAt } from "../identity/expiry.ts";
import { branchName } from "../identity/name.ts";
import { ownerTag } from "../identity/owner-tag.ts";
import { providerLimits, loadProvider } from "./providers.ts";
import type { Context } from "./context.ts";

/** Where copies are cheap and nobody pays: a scratch database never is a Neon branch. */
const LOCAL: readonly ProviderName[] = ["docker", "embedded", "existing"];

/** A scratch database outlives no pipeline; what a killed process leaves is swept after this. */
const SCRATCH_TTL_MS = 2 * 3_600_000;

/** Runs `work` on an empty local database of its own, which is removed afterwards whatever happens. */
export async function withScratchDatabase<T>(context: Context, purpose: string, work: (database: Database) => Promise<T>): Promise<T> {
  const chosen = context.settings.provider.filter((name) => LOCAL.includes(name));
  const names: readonly ProviderName[] = chosen.length > 0 ? chosen : ["embedded"];
  const wanted = scratchRequest(context, purpose);
  const providers = await Promise.all(names.map((name) => loadProvider(name, context)));
  const { database } = await chooseDatabase(providers, wanted, providerLimits(context));
  try {
    return await work(database);
  } finally {
    await database[Symbol.asyncDispose]();
  }
}

/** What a short-lived database of our own is asked for as; never the same twice, also not by sibling jobs elsewhere. */
export function scratchRequest(context: Context, purpose: string): DatabaseRequest {
  const run = { ...context.run, key: `${purpose}-${randomBytes(5).toString("hex")}-${context.run.key}` };
  const createdAt = context.now();
  const expires = expiresAt(createdAt, SCRATCH_TTL_MS);
  const tag = ownerTag({ run, createdAt, expiresAt: expires, lifetime: "last-run" });
  return { run, name: branchName(run), tag, expiresAt: expires, fingerprint: undefined };
}

/** The error for a provider that has no cheap copies: none of the local ones. */
export function copiesUnsupported(database: Database): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `The provider ${database.provider} makes no copies of a database.`, {
    remedy: "Use --provider embedded, docker or existing.",
  });
}
