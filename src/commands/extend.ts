import { providersOfRun, providerLimits } from "../context/providers.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { warnOfOtherOwner } from "../context/owner.ts";
import { formatUtc } from "../moment.ts";
import { requireRunDatabase, missingDatabase } from "../context/target-database.ts";
import { defaultTtl, expiresAt } from "../identity/expiry.ts";
import { ownerTag } from "../identity/owner-tag.ts";
import { searchProviders } from "../providers/choose.ts";
import type { Database, Extended, Provider } from "../providers/provider.ts";

/** The clock of the server can differ from the one of this machine, and the call takes time. */
const SAME_MS = 60_000;

export interface ExtendOptions extends CommonOptions {}

/**
 * Sets the expiry of this run's database to `ttl` from now, unless it is later already; at most 30 days on Neon. Its clones, also
 * those of failed tests, do not expire before it. `expiresAt` is undefined when the database has no expiry. Throws `RUN_UNKNOWN` when the run has no database, and what the provider throws when it refuses the expiry.
 */
export async function extend(options: ExtendOptions = {}): Promise<Pick<Database, "id" | "name" | "provider" | "expiresAt" | "tag">> {
  return inContext(options, extendIn);
}

async function extendIn(context: Context): Promise<Pick<Database, "id" | "name" | "provider" | "expiresAt" | "tag">> {
  const ttlMs = context.settings.ttlMs ?? defaultTtl(context.ci.isCi);
  const found = await searchProviders<Database | Extended>(await providersOfRun(context), providerLimits(context), (provider, limits) =>
    provider.extend === undefined ? provider.find(context.name, limits) : provider.extend(context.name, ttlMs, limits),
  );
  if (found === undefined) throw await missingDatabase(context);
  warnOfOtherOwner(context, found.tag);
  const extended = found.kind === "database" ? await adoptAgain(context, found, ttlMs) : found;
  if (extended.expiresAt !== undefined && "clones" in extended) await extendClones(context, extended, extended.expiresAt);
  const wanted = expiresAt(context.now(), ttlMs);
  if (extended.expiresAt !== undefined && extended.expiresAt.getTime() > wanted.getTime() + SAME_MS)
    context.emit({ kind: "note", text: `Its expiry was later than ${formatUtc(wanted)} already, so it was not changed.` });
  return extended;
}

/** On Neon a clone is a database of the branch, and has no expiry of its own. */
async function extendClones({ signal, emit }: Context, { provider, clones }: Database, until: Date): Promise<void> {
  if (provider === "neon" || "kind" in clones) return;
  const { extendKeptClones } = await import("../providers/clones/extend.ts");
  const moved = await extendKeptClones(clones, until, signal);
  if (moved.length > 0) emit({ kind: "note", text: `The clones of failed tests expire then too: ${moved.join(", ")}` });
}

/** Adopting a database renews its expiry. */
async function adoptAgain(context: Context, found: Database, ttlMs: number): Promise<Database> {
  const provider = (await providersOfRun(context)).find(({ name }: Provider) => name === found.provider);
  const createdAt = context.now();
  const expires = expiresAt(createdAt, ttlMs);
  const tag = ownerTag({ run: context.run, createdAt, expiresAt: expires, lifetime: found.tag.lifetime });
  const request = { run: context.run, name: context.name, tag, expiresAt: expires, fingerprint: undefined };
  const renewed = await provider?.acquire(request, providerLimits(context));
  if (renewed?.kind !== "database") return found;
  if (renewed.origin === "adopted") return renewed;
  // The database was deleted after it was found, and `acquire` created an empty one. Remove that, and report the loss.
  await renewed[Symbol.asyncDispose]();
  return requireRunDatabase(context);
}
