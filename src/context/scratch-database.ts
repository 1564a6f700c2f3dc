import { randomBytes } from "node:crypto";
import { OffshootError } from "../errors.ts";
import { withSession } from "../postgres/connect.ts";
import { isTemporary } from "../postgres/sqlstate.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { chooseDatabase } from "../providers/choose.ts";
import type { Database, ProviderName, DatabaseRequest } from "../providers/provider.ts";
import { expiresAt } from "../identity/expiry.ts";
import { branchName } from "../identity/name.ts";
import { ownerTag } from "../identity/owner-tag.ts";
import { lostServer } from "./lost-server.ts";
import { providerLimits, loadProvider } from "./providers.ts";
import type { Context } from "./context.ts";

/** A scratch database is always local, where copies are fast and free. It is never a Neon branch. */
const LOCAL: readonly ProviderName[] = ["docker", "embedded", "existing"];

/** How long a server has to accept a connection after another one was lost, in milliseconds. */
const ANSWER_MS = 3000;

/** After this, `sweep` deletes the scratch database of a killed process, where its server has not dropped it before. */
const SCRATCH_TTL_MS = 2 * 3_600_000;

/** Runs `work` on a new, empty local database, and deletes the database afterwards in any case. */
export async function withScratchDatabase<T>(context: Context, purpose: string, work: (database: Database) => Promise<T>): Promise<T> {
  const chosen = context.settings.provider.filter((name) => LOCAL.includes(name));
  const names: readonly ProviderName[] = chosen.length > 0 ? chosen : ["embedded"];
  const request = scratchRequest(context, purpose);
  const providers = await Promise.all(names.map((name) => loadProvider(name, context)));
  const { database } = await chooseDatabase(providers, request, providerLimits(context));
  let serverIsLost = false;
  const drop = async (): Promise<void> => {
    try {
      await database[Symbol.asyncDispose]();
    } catch (thrown) {
      // A server that has ended drops nothing. The error about it says what can be left.
      if (!serverIsLost) throw thrown;
    }
  };
  try {
    const tied = await database.tie?.(context.signal);
    try {
      return await work(database);
    } finally {
      await tied?.[Symbol.asyncDispose]();
    }
  } catch (thrown) {
    // The connection that was lost can be one to another server, such as that of --from.
    serverIsLost = isTemporary(thrown) && !(await answers(database.directUrl));
    throw serverIsLost ? lostServer(database, thrown) : thrown;
  } finally {
    await drop();
  }
}

/** Whether the server of a database accepts a connection now. */
async function answers(url: DirectUrl): Promise<boolean> {
  return withSession(url, async () => true, { connectMs: ANSWER_MS }).catch(() => false);
}

/** The request for a short-lived database. Its name is random, so no other job has the same one. */
export function scratchRequest(context: Context, purpose: string): DatabaseRequest {
  const run = { ...context.run, key: `${purpose}-${randomBytes(5).toString("hex")}-${context.run.key}` };
  const createdAt = context.now();
  const expires = expiresAt(createdAt, SCRATCH_TTL_MS);
  const tag = ownerTag({ run, createdAt, expiresAt: expires, lifetime: "last-run" });
  return { run, name: branchName(run), tag, expiresAt: expires, fingerprint: undefined };
}

/** The error for a provider that cannot copy databases. All local providers can. */
export function copiesUnsupported(database: Database): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `The provider ${database.provider} cannot copy a database.`, {
    remedy: "Use --provider embedded, --provider docker or --provider existing.",
  });
}
