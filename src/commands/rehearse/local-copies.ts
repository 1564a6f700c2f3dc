import type { Context } from "../../context/context.ts";
import { providerLimits, providersOfRun } from "../../context/providers.ts";
import { warnOfMajor } from "../../context/target-database.ts";
import { keepingServer, type ServerAsItWas } from "../../context/server-as-it-was.ts";
import { withScratchDatabase } from "../../context/scratch-database.ts";
import { codeOf, isOffshootError, messageOf, OffshootError } from "../../errors.ts";
import { BASE_PREFIX } from "../../identity/name.ts";
import { NAME_PREFIX, type OwnerTag } from "../../identity/owner-tag.ts";
import { formatAgeInSentence } from "../../moment.ts";
import { withSession } from "../../postgres/connect.ts";
import { isTemporary } from "../../postgres/sqlstate.ts";
import { parseUrl, withDatabase } from "../../postgres/url.ts";
import { findDatabase } from "../../providers/choose.ts";
import { copyDatabase } from "../../providers/local/copy.ts";
import type { Copy as DatabaseCopy, Database } from "../../providers/provider.ts";
import type { Lacks } from "../../rehearsal/lacks.ts";
import { secretsOf } from "../../providers/variables.ts";
import { appliedBefore } from "./applied-before.ts";
import { fittingBase, isQuick } from "./base-choice.ts";
import type { Copy, CopySource, OpenCopy, OwnDatabase } from "./copy.ts";

type Described = Omit<Copy, "url">;

/** The roles, the extensions and the settings are those of a server of this machine. */
const LACKS: Lacks = { isOtherServer: true, objects: [], powers: [], isPartial: false };

/**
 * Runs `work` with copies of the state on which the migrations continue: this run's database if it has a state, else the
 * newest base whose migrations are among these, else an empty database.
 */
export async function withLocalCopies<T>(context: Context, source: CopySource, work: (open: OpenCopy) => Promise<T>): Promise<T> {
  const local = { ...context, settings: { ...context.settings, provider: context.settings.provider.filter((name) => name !== "neon") } };
  const own = source.own ?? (await ownDatabase(local));
  if (own === undefined) return withBaseCopies(local, source, work);
  const isEmpty = (await own.read((session) => appliedBefore(session, source.migrations))).isEmpty;
  // An empty database that this command found, and not one that it has just created, can have settings and extensions.
  if (isEmpty) return withBaseCopies(local, source, work, source.own === undefined ? own : undefined);
  let first: DatabaseCopy | undefined;
  try {
    first = await own.copy(context.signal);
  } catch (thrown) {
    if (source.own === undefined || codeOf(thrown) !== "DATABASE_IN_USE") throw thrown;
    return withBaseCopies(local, source, work, undefined, thrown);
  }
  return withOwnCopies(context, own, source, first, work);
}

/** `first`: a copy that was made already. */
async function withOwnCopies<T>(
  context: Context,
  own: OwnDatabase,
  { migrations }: CopySource,
  first: DatabaseCopy | undefined,
  work: (open: OpenCopy) => Promise<T>,
): Promise<T> {
  let ready = first;
  const facts = described(context, "this run's database", own.name, own);
  try {
    return await keepingServer(context, migrations, own.serverUrl, (server) =>
      work(async (use) => {
        const made = ready ?? (await own.copy(context.signal));
        ready = undefined;
        return withClone(context, made, facts, server, use);
      }),
    );
  } finally {
    await ready?.drop();
  }
}

/** `refused`: why this run's database, which has a state, could not be copied. Then an empty database would be another state. */
async function withBaseCopies<T>(
  context: Context,
  source: CopySource,
  work: (open: OpenCopy) => Promise<T>,
  emptyOwn?: OwnDatabase,
  refused?: unknown,
): Promise<T> {
  return withScratchDatabase(context, "rehearse", async (scratch) => {
    await context.conceal(secretsOf(scratch));
    const base = await fittingBase(context, scratch, source.migrations);
    if (base === undefined && refused !== undefined) throw refused;
    if (base === undefined && emptyOwn !== undefined) return withOwnCopies(context, emptyOwn, source, undefined, work);
    const facts =
      base === undefined
        ? empty(scratch)
        : described(context, "the base", base.listed.name, { ...base.listed, provider: scratch.provider });
    if (refused !== undefined)
      context.emit({
        kind: "warning",
        text: `${messageOf(refused)} The migrations are rehearsed on ${facts.description}, which can be older and has other rows.`,
      });
    const serverUrl = withDatabase(scratch.directUrl, "postgres");
    const copied = base?.database ?? parseUrl(scratch.directUrl).database;
    return keepingServer(context, source.migrations, serverUrl, (server) =>
      work(async (use) => {
        const clone = await copyDatabase(serverUrl, copied, { isQuick: isQuick(scratch), tag: scratch.tag, signal: context.signal });
        return withClone(context, clone, facts, server, use);
      }),
    );
  });
}

function empty({ provider }: Database): Described {
  return { origin: "local", description: `an empty database (${provider})`, hasProductionRows: false, gaps: [], lacks: LACKS };
}

/** The hash of a base is long, and its start is enough to find it in a list. */
const SHOWN_HASH = 12;

function described(
  { now }: Context,
  what: string,
  name: string,
  { provider, tag }: { readonly provider: string; readonly tag: OwnerTag | undefined },
): Described {
  const isBase = name.startsWith(BASE_PREFIX);
  const shown = isBase ? name.slice(NAME_PREFIX.length, BASE_PREFIX.length + SHOWN_HASH) : name.slice(NAME_PREFIX.length);
  const age = tag === undefined ? "" : `, ${formatAgeInSentence(now().getTime() - Date.parse(tag.created))} old`;
  const description = `a copy of ${what} ${shown} (${provider}${age})`;
  return { origin: "local", description, name, createdAt: tag?.created, hasProductionRows: false, gaps: [], lacks: LACKS };
}

/** Deletes the copy first: a role can only be dropped when nothing belongs to it. */
async function withClone<T>(
  context: Context,
  clone: DatabaseCopy,
  facts: Described,
  server: ServerAsItWas,
  work: (copy: Copy) => Promise<T>,
): Promise<T> {
  return server.around(async (sent) => {
    try {
      await context.conceal(secretsOf({ url: clone.url, directUrl: clone.url }));
      return await work({ ...facts, url: clone.url, sent });
    } finally {
      await clone.drop();
    }
  });
}

/** This run's database, for a command that only rehearses. */
async function ownDatabase(context: Context): Promise<OwnDatabase | undefined> {
  const own = await findDatabase(await providersOfRun(context), context.name, providerLimits(context));
  const { copy } = own ?? {};
  if (own === undefined || copy === undefined) return undefined;
  await context.conceal(secretsOf(own));
  warnOfMajor(context, own);
  const { name, provider, tag, directUrl } = own;
  return {
    name,
    provider,
    tag,
    serverUrl: withDatabase(directUrl, "postgres"),
    read: (work) => withSession(directUrl, work, { signal: context.signal }),
    copy: (signal) => copy(signal).catch((thrown: unknown) => Promise.reject(notCopied(own, thrown))),
  };
}

function notCopied({ directUrl }: Database, thrown: unknown): unknown {
  if (isOffshootError(thrown) || isTemporary(thrown)) return thrown;
  return new OffshootError(
    "CONNECTION_FAILED",
    `This run's database ${parseUrl(directUrl).database} could not be copied: ${messageOf(thrown)}.`,
    {
      meaning: "A local database is copied only while no session is open in it.",
      remedy: "Stop the programs that use it, and run the command again.",
    },
  );
}
