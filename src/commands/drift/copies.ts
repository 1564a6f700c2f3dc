import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read.ts";
import { compareCatalogs } from "../../drift/compare.ts";
import type { Side } from "../../repair/lookup.ts";
import type { Superuser } from "../../repair/prove.ts";
import { ownerOfRepaired } from "../../repair/plan.ts";
import { asOnOriginal, withoutEventTriggers } from "../../repair/restricted-catalog.ts";
import { messageOf, OffshootError } from "../../errors.ts";
import { type Session, withSession } from "../../postgres/connect.ts";
import { describeUrl, parseUrl, withDatabase } from "../../postgres/url.ts";
import { copyDatabase } from "../../providers/local/copy.ts";
import { withGrantedRoles } from "../../providers/local/granted-roles.ts";
import { restrictCopy, type RestrictedCopy } from "../../providers/local/restricted-copy.ts";
import { createRestrictedRole, type HeldRole } from "../../providers/local/restricted-role.ts";
import type { Copy, Database } from "../../providers/provider.ts";
import type { Context } from "../../context/context.ts";
import { scratchRequest, withScratchDatabase } from "../../context/scratch-database.ts";
import { createFromCatalog, createFromDump, dumpSchema } from "./copy-schema.ts";
import type { DatabaseSide } from "./sides.ts";

/** Makes temporary copies of a database. All copies are equal. */
export interface Copies {
  /** What the copies are, for reports. */
  readonly description: string;
  /** Whether the copies contain the rows too. */
  readonly hasRows: boolean;
  /**
   * The role that owns everything in the copies and has no other rights. Undefined on Neon, where a branch is a copy of the
   * server too, and for a role of the user that has no more rights either.
   */
  readonly role: string | undefined;
  make(): Promise<RestrictedCopy>;
}

/** The database to repair, and what a repair reads from it. */
export type Original = DatabaseSide &
  Side & {
    /** The role that owns what a repair creates. The role of a copy takes its place. */
    readonly owner: string;
  };

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
  const make = async (): Promise<Copy> => {
    const reached = await branch();
    if (reached.kind === "refusal") throw new OffshootError("PROVIDER_REJECTED", reached.text);
    return { url: reached.url, drop: async () => reached[Symbol.asyncDispose]() };
  };
  return withFirstCopy({ description: `a branch of ${description}`, hasRows: true, role: undefined, make }, work);
};

const byClone: CopyMethod = async (context, original, work) => {
  const { scratch, url, description } = original;
  const copy = scratch?.copy;
  const isLocal = ["localhost", "127.0.0.1", "::1"].includes(parseUrl(url).host);
  if (copy === undefined && !isLocal) return { reason: `${describeUrl(url)} is on another machine, where offshoot only reads` };
  const { database } = parseUrl(url);
  const serverUrl = withDatabase(url, "postgres");
  const { signal } = context;
  const { tag } = scratchRequest(context, "repair");
  const make = (): Promise<Copy> => copy?.(signal) ?? copyDatabase(serverUrl, database, { tag, signal });
  return restricted(context, original, serverUrl, { description: `a clone of ${description}`, hasRows: true, make }, work);
};

const byDump: CopyMethod = async (context, original, work) => {
  const schema = await dumpSchema(original.url, original.catalog.server.major, context);
  if ("reason" in schema) return schema;
  return onScratch(
    context,
    original,
    "a database created from its dump",
    (session, superuser) => createFromDump(session, schema.sql, original, superuser),
    work,
  );
};

const byCatalog: CopyMethod = (context, original, work) =>
  onScratch(
    context,
    original,
    "a database created from its catalog",
    (session, superuser) => createFromCatalog(session, original, superuser),
    work,
  );

/** Runs `work` with copies that belong to a role of their own: what runs in them comes from another database. */
async function restricted<T>(
  { signal }: Context,
  { catalog, owner: inPlaceOf }: Original,
  serverUrl: string,
  { make, ...copies }: Omit<Copies, "role"> & { readonly extensions?: Catalog["extensions"] },
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly reason: string }> {
  let role: HeldRole | undefined;
  try {
    role = await createRestrictedRole(serverUrl, signal);
  } catch (thrown) {
    return { reason: `${copies.description} could not be created: ${messageOf(thrown)}` };
  }
  const options = { role, inPlaceOf, major: catalog.server.major, extensions: copies.extensions ?? [], signal };
  try {
    return await withFirstCopy({ ...copies, role: role?.name, make: async () => restrictCopy(await make(), options) }, work);
  } finally {
    await role?.drop();
  }
}

/** Creates the schema of the original in an empty database. */
type Fill = (session: Session, superuser: Superuser | undefined) => Promise<unknown>;

/** Fills a scratch database, and uses it only if its catalog equals the original's. */
async function onScratch<T>(
  context: Context,
  original: Original,
  description: string,
  fill: Fill,
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly reason: string }> {
  const { signal, settings } = context;
  const { catalog } = original;
  const { major } = catalog.server;
  const wanted = { ...context, settings: { ...settings, postgres: major as typeof settings.postgres } };
  return withScratchDatabase(wanted, "repair", async ({ copy, provider, directUrl, tag }: Database) => {
    if (copy === undefined) return { reason: `the provider ${provider} cannot copy databases` };
    const serverUrl = withDatabase(directUrl, "postgres");
    const empty = { description, hasRows: false, extensions: catalog.extensions, make: () => copy(signal) };
    const isOurs = provider === "embedded" || provider === "docker";
    const roles = isOurs ? [...original.source.roles] : [];
    const fillAndWork = async (copies: Copies): Promise<{ readonly done: T } | { readonly reason: string }> => {
      const { role } = copies;
      const filled = await copies.make();
      try {
        const reason = await tryToFill(filled, original, role, description, fill, signal);
        if (reason !== undefined) return { reason };
        const { user, password, database } = parseUrl(filled.url);
        const owner = role === undefined ? undefined : { name: user, password };
        const owned = async (): Promise<RestrictedCopy> =>
          restrictCopy(await copyDatabase(serverUrl, database, { tag, signal }), { role: owner, major, extensions: [], signal });
        return { done: await work({ description, hasRows: false, role, make: owned }) };
      } finally {
        await filled.drop();
      }
    };
    const tried = await withGrantedRoles(serverUrl, roles, signal, () => restricted(context, original, serverUrl, empty, fillAndWork));
    return "done" in tried ? tried.done : tried;
  });
}

/** The reason why the database could not be filled, or is not like the original; undefined if it is. */
async function tryToFill(
  { url, superuserUrl }: RestrictedCopy,
  original: Original,
  role: string | undefined,
  description: string,
  fill: Fill,
  signal: AbortSignal,
): Promise<string | undefined> {
  const superuser = role === undefined || superuserUrl === undefined ? undefined : { url: superuserUrl, owner: role };
  try {
    await withSession(url, (session) => fill(session, superuser), { signal });
  } catch (thrown) {
    return `${description} could not be created: ${messageOf(thrown)}`;
  }
  const filled = asOnOriginal(await withSession(url, (session) => readCatalog(session)), role, ownerOfRepaired(original, original));
  const [difference] = compareCatalogs(withoutEventTriggers(original.catalog), filled);
  return difference === undefined ? undefined : `${description} differs from it: ${difference.kind} ${difference.object}`;
}

/** Makes the first copy before `work` starts, which shows that copies can be made. */
async function withFirstCopy<T>(
  copies: Copies,
  work: (copies: Copies) => Promise<T>,
): Promise<{ readonly done: T } | { readonly reason: string }> {
  let first: RestrictedCopy | undefined;
  try {
    first = await copies.make();
  } catch (thrown) {
    return { reason: `${copies.description} could not be created: ${messageOf(thrown)}` };
  }
  const make = async (): Promise<RestrictedCopy> => {
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
