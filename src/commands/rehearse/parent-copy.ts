import { isOffshootError, messageOf, OffshootError } from "../../errors.ts";
import type { Context } from "../../context/context.ts";
import { providerLimits, loadProvider, providersOfRun } from "../../context/providers.ts";
import { scratchRequest, withScratchDatabase } from "../../context/scratch-database.ts";
import { parseUrl, withDatabase } from "../../postgres/url.ts";
import { findDatabase } from "../../providers/choose.ts";
import { copyDatabase } from "../../providers/local/copy.ts";
import type { Copy as DatabaseCopy, Database, ReadableDatabase } from "../../providers/provider.ts";
import { secretsOf } from "../../providers/variables.ts";
import type { Copy, CopySource, OpenCopy } from "./copy.ts";
import { withDump } from "./dump.ts";

/**
 * Runs `work` with copies of the database that the migrations will run on: of a dump, branches of the Neon parent, or on
 * this machine copies of the run's database, else of the newest base of other migrations, else empty ones. Throws `NO_PROVIDER`.
 */
export async function withParentCopies<T>(context: Context, source: CopySource, work: (open: OpenCopy) => Promise<T>): Promise<T> {
  if (source.dumped !== undefined) return withDump(context, source.dumped, work);
  if (!context.settings.provider.includes("neon")) return withLocalCopies(context, source, work);
  // The first branch shows whether Neon can be used. Later ones are made when they are needed.
  const first = await reachParent(context);
  if (first === undefined) return withLocalCopies(context, source, work);
  let ready: ReadableDatabase | undefined = first;
  try {
    return await work(async (use) => {
      const reached = ready ?? (await reachParent(context)) ?? first;
      ready = undefined;
      try {
        await context.conceal(secretsOf({ url: reached.url, directUrl: reached.url }));
        const description = `a branch of ${reached.description}`;
        return await use({ url: reached.url, origin: "parent", description, hasProductionRows: true, gaps: [] });
      } finally {
        await reached[Symbol.asyncDispose]();
      }
    });
  } finally {
    await ready?.[Symbol.asyncDispose]();
  }
}

/** A branch of the parent; undefined when Neon refuses and another provider is configured. */
async function reachParent(context: Context): Promise<ReadableDatabase | undefined> {
  const neon = await loadProvider("neon", context);
  const limits = providerLimits(context);
  const refusal = await neon.refuse(limits);
  const reached =
    refusal ?? (await neon.reach?.({ branch: undefined, at: undefined, copy: true }, scratchRequest(context, "rehearse"), limits));
  if (reached?.kind === "reached") return reached;
  if (reached !== undefined && reached.mayFallBack && context.settings.provider.length > 1) {
    context.emit({ kind: "refusal", provider: "neon", code: reached.code, text: reached.text });
    return undefined;
  }
  throw new OffshootError("NO_PROVIDER", `The parent branch cannot be copied: ${reached?.text ?? "Neon cannot be reached."}`, {
    meaning: reached?.remedy,
    remedy: "Or rehearse on a dump of a server with --from URL, or on local rows with --provider embedded.",
  });
}

async function withLocalCopies<T>(context: Context, source: CopySource, work: (open: OpenCopy) => Promise<T>): Promise<T> {
  const local = { ...context, settings: { ...context.settings, provider: context.settings.provider.filter((name) => name !== "neon") } };
  const { signal } = context;
  const facts = { origin: "local", hasProductionRows: false, gaps: [] } as const;
  const own = source.withoutOwn === true ? undefined : await findDatabase(await providersOfRun(local), context.name, providerLimits(local));
  if (own?.copy !== undefined) {
    const description = `a copy of this run's database (${own.provider})`;
    return work(async (use) => withClone(context, await cloneOwn(own, signal), { ...facts, description }, use));
  }
  return withScratchDatabase(local, "rehearse", async (scratch) => {
    await context.conceal(secretsOf(scratch));
    const base = await newestBase(local, scratch, source.fingerprint);
    const description =
      base === undefined
        ? `an empty database (${scratch.provider})`
        : `a copy of the newest base with other migrations (${scratch.provider})`;
    const serverUrl = withDatabase(scratch.directUrl, "postgres");
    const copied = base ?? parseUrl(scratch.directUrl).database;
    return work(async (use) => {
      const clone = await copyDatabase(serverUrl, copied, { tag: scratch.tag, signal });
      return withClone(context, clone, { ...facts, description }, use);
    });
  });
}

async function withClone<T>(context: Context, clone: DatabaseCopy, facts: Omit<Copy, "url">, work: (copy: Copy) => Promise<T>): Promise<T> {
  try {
    await context.conceal(secretsOf({ url: clone.url, directUrl: clone.url }));
    return await work({ ...facts, url: clone.url });
  } finally {
    await clone.drop();
  }
}

async function cloneOwn(own: Database, signal: AbortSignal): Promise<DatabaseCopy> {
  try {
    return await (own.copy as NonNullable<Database["copy"]>)(signal);
  } catch (thrown) {
    if (isOffshootError(thrown)) throw thrown;
    throw new OffshootError(
      "CONNECTION_FAILED",
      `This run's database ${parseUrl(own.directUrl).database} could not be copied: ${messageOf(thrown)}.`,
      {
        meaning: "A local database is copied only while no session is open in it.",
        remedy: "Stop the programs that use it, and run the command again.",
      },
    );
  }
}

/** The name of the database of the newest base of this repository with other migrations, on the server of the scratch database. */
async function newestBase(context: Context, scratch: Database, fingerprint: string): Promise<string | undefined> {
  const provider = await loadProvider(scratch.provider, context);
  const server = scratch.id.slice(0, scratch.id.lastIndexOf("/"));
  const bases = (await provider.list(providerLimits(context))).filter(
    ({ kind, tag, id }) =>
      kind === "base" && tag?.repository === context.run.repository && tag.fingerprint !== fingerprint && id.startsWith(`${server}/`),
  );
  const [newest] = bases.toSorted((one, other) => (other.createdAt?.getTime() ?? 0) - (one.createdAt?.getTime() ?? 0));
  return newest?.id.slice(server.length + 1);
}
