import { readCatalog } from "../../catalog/read.ts";
import { compareCatalogs } from "../../drift/compare.ts";
import type { Side } from "../../repair/lookup.ts";
import { rebuild } from "../../repair/rebuild.ts";
import { messageOf, OffshootError } from "../../errors.ts";
import { withSession } from "../../postgres/connect.ts";
import { describeUrl, parseUrl, withDatabase } from "../../postgres/url.ts";
import { cloneDatabase } from "../../providers/local/clone.ts";
import type { Clone, Database } from "../../providers/provider.ts";
import type { Context } from "../../context/context.ts";
import { withScratchDatabase } from "../../context/scratch.ts";
import { dump } from "./copy-schema.ts";
import type { DatabaseSide } from "./sides.ts";

/** Throw-away copies of one database, all alike. */
export interface Copies {
  /** For people: what they are. */
  readonly description: string;
  /** Whether they hold the rows too. */
  readonly hasRows: boolean;
  make(): Promise<Clone>;
}

/** A database with what a repair reads of it. */
export type Original = DatabaseSide & Side;

/** A way to copies: runs `work` with them, or says why there are none. */
type Way = <T>(
  context: Context,
  original: Original,
  work: (copies: Copies) => Promise<T>,
) => Promise<{ readonly done: T } | { readonly unfit: string }>;

/**
 * Runs `work` with copies of a database that is only read: branches of it on Neon, clones on a server of this machine, else
 * its schema in a scratch database, from `pg_dump` or from the catalog, where that is shown to be the same.
 */
export async function withCopies<T>(
  context: Context,
  original: Original,
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly reasons: readonly string[] }> {
  const reasons: string[] = [];
  for (const way of [branched, cloned, dumped, rebuilt] as const satisfies readonly Way[]) {
    const result = await way(context, original, work);
    if ("done" in result) return result;
    reasons.push(result.unfit);
  }
  return { reasons };
}

const branched: Way = async (_context, { branch, description }, work) => {
  if (branch === undefined) return { unfit: "it is no Neon branch" };
  const make = async (): Promise<Clone> => {
    const reached = await branch();
    if (reached.kind === "refusal") throw new OffshootError("PROVIDER_REJECTED", reached.text);
    return { url: reached.url, drop: async () => reached[Symbol.asyncDispose]() };
  };
  return started({ description: `a branch of ${description}`, hasRows: true, make }, work);
};

const cloned: Way = async (context, { scratch, url, description }, work) => {
  const clone = scratch?.clone;
  const isNear = ["localhost", "127.0.0.1", "::1"].includes(parseUrl(url).host);
  if (clone === undefined && !isNear) return { unfit: `${describeUrl(url)} is on another machine, where only reading is ours` };
  const { database } = parseUrl(url);
  const make = (): Promise<Clone> =>
    clone?.(context.signal) ?? cloneDatabase(withDatabase(url, "postgres"), database, false, context.signal);
  return started({ description: `a clone of ${description}`, hasRows: true, make }, work);
};

const dumped: Way = async (context, original, work) => {
  const schema = await dump(original.url, original.catalog.server.major, context);
  if ("unfit" in schema) return schema;
  return onScratch(
    context,
    original,
    "a database made from its dump",
    (url) => withSession(url, (session) => session.query(schema.sql)),
    work,
  );
};

const rebuilt: Way = (context, original, work) =>
  onScratch(
    context,
    original,
    "a database made from its catalog",
    (url) => withSession(url, (session) => rebuild(session, original)),
    work,
  );

/** Fills a scratch database, and takes it only where it can't be told from the original. */
async function onScratch<T>(
  context: Context,
  original: Original,
  description: string,
  fill: (url: string) => Promise<unknown>,
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly unfit: string }> {
  const { major } = original.catalog.server;
  const wanted = { ...context, settings: { ...context.settings, postgres: major as typeof context.settings.postgres } };
  return withScratchDatabase(wanted, "repair", async (database: Database) => {
    const { clone, directUrl } = database;
    if (clone === undefined) return { unfit: `the provider ${database.provider} makes no copies` };
    try {
      await fill(directUrl);
    } catch (thrown) {
      return { unfit: `${description} could not be made: ${messageOf(thrown)}` };
    }
    const [difference] = compareCatalogs(original.catalog, await withSession(directUrl, (session) => readCatalog(session)));
    if (difference !== undefined) return { unfit: `${description} is not the same: ${difference.kind} ${difference.object}` };
    return { done: await work({ description, hasRows: false, make: () => clone(context.signal) }) };
  });
}

/** Shows that copies can be made by making the first one. */
async function started<T>(
  copies: Copies,
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly unfit: string }> {
  let first: Clone | undefined;
  try {
    first = await copies.make();
  } catch (thrown) {
    return { unfit: `${copies.description} could not be made: ${messageOf(thrown)}` };
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
