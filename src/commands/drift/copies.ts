import { readCatalog } from "../../catalog/read.ts";
import { compareCatalogs } from "../../drift/compare.ts";
import type { Side } from "../../repair/lookup.ts";
import { messageOf, OffshootError } from "../../errors.ts";
import { withSession } from "../../postgres/connect.ts";
import { describeUrl, parseUrl, withDatabase } from "../../postgres/url.ts";
import { cloneDatabase } from "../../providers/local/copy.ts";
import type { Clone, Database } from "../../providers/provider.ts";
import type { Context } from "../../context/context.ts";
import { withScratchDatabase } from "../../context/scratch-database.ts";
import { createFromCatalog, dumpSchema } from "./copy-schema.ts";
import type { DatabaseSide } from "./sides.ts";

/** Makes temporary copies of a database. All copies are equal. */
export interface Copies {
  /** What the copies are, for reports. */
  readonly description: string;
  /** Whether the copies contain the rows too. */
  readonly hasRows: boolean;
  make(): Promise<Clone>;
}

/** The database to repair, and what a repair reads from it. */
export type Original = DatabaseSide & Side;

/** One method of making copies. It runs `work` with them, or returns the reason why it cannot make them. */
type CopyMethod = <T>(
  context: Context,
  original: Original,
  work: (copies: Copies) => Promise<T>,
) => Promise<{ readonly done: T } | { readonly reason: string }>;

/**
 * Runs `work` with copies of a database, which itself is only read. The methods, in order: a branch on Neon; a clone on a
 * server on this machine; the schema in a scratch database, from `pg_dump` or from the catalog, if it compares equal.
 */
export async function withCopies<T>(
  context: Context,
  original: Original,
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly reasons: readonly string[] }> {
  const reasons: string[] = [];
  for (const method of [byBranch, byClone, byDump, byCatalog] as const satisfies readonly CopyMethod[]) {
    const result = await method(context, original, work);
    if ("done" in result) return result;
    reasons.push(result.reason);
  }
  return { reasons };
}

const byBranch: CopyMethod = async (_context, { branch, description }, work) => {
  if (branch === undefined) return { reason: "it is not a Neon branch" };
  const make = async (): Promise<Clone> => {
    const reached = await branch();
    if (reached.kind === "refusal") throw new OffshootError("PROVIDER_REJECTED", reached.text);
    return { url: reached.url, drop: async () => reached[Symbol.asyncDispose]() };
  };
  return withFirstCopy({ description: `a branch of ${description}`, hasRows: true, make }, work);
};

const byClone: CopyMethod = async (context, { scratch, url, description }, work) => {
  const clone = scratch?.clone;
  const isLocal = ["localhost", "127.0.0.1", "::1"].includes(parseUrl(url).host);
  if (clone === undefined && !isLocal) return { reason: `${describeUrl(url)} is on another machine, where offshoot only reads` };
  const { database } = parseUrl(url);
  const make = (): Promise<Clone> =>
    clone?.(context.signal) ?? cloneDatabase(withDatabase(url, "postgres"), database, false, context.signal);
  return withFirstCopy({ description: `a clone of ${description}`, hasRows: true, make }, work);
};

const byDump: CopyMethod = async (context, original, work) => {
  const schema = await dumpSchema(original.url, original.catalog.server.major, context);
  if ("reason" in schema) return schema;
  return onScratch(
    context,
    original,
    "a database created from its dump",
    (url) => withSession(url, (session) => session.query(schema.sql)),
    work,
  );
};

const byCatalog: CopyMethod = (context, original, work) =>
  onScratch(
    context,
    original,
    "a database created from its catalog",
    (url) => withSession(url, (session) => createFromCatalog(session, original)),
    work,
  );

/** Fills a scratch database, and uses it only if its catalog equals the original's. */
async function onScratch<T>(
  context: Context,
  original: Original,
  description: string,
  fill: (url: string) => Promise<unknown>,
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly reason: string }> {
  const { major } = original.catalog.server;
  const wanted = { ...context, settings: { ...context.settings, postgres: major as typeof context.settings.postgres } };
  return withScratchDatabase(wanted, "repair", async (database: Database) => {
    const { clone, directUrl } = database;
    if (clone === undefined) return { reason: `the provider ${database.provider} cannot copy databases` };
    try {
      await fill(directUrl);
    } catch (thrown) {
      return { reason: `${description} could not be created: ${messageOf(thrown)}` };
    }
    const [difference] = compareCatalogs(original.catalog, await withSession(directUrl, (session) => readCatalog(session)));
    if (difference !== undefined) return { reason: `${description} differs from it: ${difference.kind} ${difference.object}` };
    return { done: await work({ description, hasRows: false, make: () => clone(context.signal) }) };
  });
}

/** Makes the first copy before `work` starts, which shows that copies can be made. */
async function withFirstCopy<T>(
  copies: Copies,
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly reason: string }> {
  let first: Clone | undefined;
  try {
    first = await copies.make();
  } catch (thrown) {
    return { reason: `${copies.description} could not be created: ${messageOf(thrown)}` };
  }
  const make = async (): Promise<Clone> => {
    const ready = first ?? (await copies.make());
    first = undefined;
    return ready;
  };
  try {
    return { done: await work({ ...copies, make }) };
  } finally {
    await first?.drop();
  }
}
