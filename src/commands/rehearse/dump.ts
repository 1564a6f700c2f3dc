import type { Context } from "../../context/context.ts";
import { copiesUnsupported, withScratchDatabase } from "../../context/scratch-database.ts";
import { withSession } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { RAISED } from "../../postgres/server-error.ts";
import { isTemporary } from "../../postgres/sqlstate.ts";
import { publicMessageOf } from "../../postgres/thrown-error.ts";
import { type DirectUrl, parseUrl, withDatabase } from "../../postgres/url.ts";
import { withNamelessFile } from "../../process/nameless-file.ts";
import { copyDatabase } from "../../providers/local/copy.ts";
import { withCopiedRoles } from "../../providers/local/copied-roles.ts";
import type { CopiedRoles } from "../../providers/local/plan-roles.ts";
import { keepOutOfLog } from "../../providers/local/quiet-log.ts";
import { restrictCopy, type RestrictedCopy } from "../../providers/local/restricted-copy.ts";
import { createRestrictedRole, type RestrictedRole } from "../../providers/local/restricted-role.ts";
import { secretsOf } from "../../providers/variables.ts";
import { withKnownNames } from "../../rehearsal/error-text.ts";
import type { MissingInCopy } from "../../rehearsal/judge/missing.ts";
import type { Lacks } from "../../rehearsal/lacks.ts";
import { namesIn } from "../../rehearsal/read-names.ts";
import { type IsKnownName, knownNames } from "../../rehearsal/sql/known-names.ts";
import type { Copy, DumpedServer, OpenCopy } from "./copy.ts";
import { type DumpPrograms, dumpTo, programsFor, restoreFile } from "./dump-programs.ts";
import { gapsOf, lacksOf, readObjects } from "./original/missing.ts";
import { type Original, readOriginal } from "./original/original.ts";
import { publicationStatements } from "./original/publications.ts";
import { rightStatements } from "./original/rights.ts";
import { databaseStatements } from "./original/database-rights.ts";
import { takeSettings } from "./original/settings.ts";
import { runAll } from "./original/run-all.ts";
import { compare, NOTHING_LOST } from "./compare-restored.ts";

/** Sessions of the command, and two of the observation. */
const CONNECTIONS = 40;

/** A copy that others are made from, and what it is worth. */
interface Filled {
  readonly database: string;
  readonly gaps: readonly string[];
  readonly missing: MissingInCopy;
  readonly lacks: Lacks;
}

/**
 * Runs `work` with copies of a local database that has the schema, the rows, the roles, the owners and the rights of a server. The
 * server is only read. The dump is deleted before `work` starts. What it contains runs as a role with few rights.
 */
export async function withDump<T>(context: Context, dumped: DumpedServer, work: (open: OpenCopy) => Promise<T>): Promise<T> {
  const { signal, conceal } = context;
  await conceal(secretsOf({ url: dumped.url, directUrl: dumped.url }));
  const original = await readOriginal(dumped.url, signal);
  const { major, extensions } = original;
  const programs = await programsFor(major, context);
  const wanted = { ...context, settings: { ...context.settings, postgres: major as typeof context.settings.postgres } };
  return withScratchDatabase(wanted, "rehearse", async (scratch) => {
    await conceal(secretsOf(scratch));
    const { tag } = scratch;
    if (scratch.copy === undefined) throw copiesUnsupported(scratch);
    const copyScratch = scratch.copy;
    const serverUrl = withDatabase(scratch.directUrl, "postgres");
    return withRoles(context, serverUrl, original, async (role, roles) => {
      const first = await restrictCopy(await copyScratch(signal), { role, major, extensions, signal });
      try {
        await conceal(secretsOf({ url: first.url, directUrl: first.url }));
        await keepOutOfLog(first.superuserUrl ?? first.url, signal);
        const { database, gaps, missing, lacks } = await fill(first, dumped.url, { programs, original, roles }, context);
        for (const text of gaps) context.emit({ kind: "warning", text });
        return await work(async (use) => {
          const made = await copyDatabase(serverUrl, database, { tag, signal });
          const copy = await restrictCopy(made, { role, major, extensions: [], keepsOwners: roles !== undefined, signal });
          try {
            const unset = await prepareCopy(serverUrl, copy, original, roles, signal);
            const description = `a dump of ${dumped.description}`;
            return await use({
              url: copy.url,
              origin: "dump",
              description,
              hasProductionRows: true,
              gaps: [...gaps, ...unset],
              missing,
              lacks,
              role: roleInCopy(original, role, roles),
            });
          } finally {
            await copy.drop();
          }
        });
      } finally {
        await first.drop();
      }
    });
  });
}

/** Runs `work` with the roles of the original, and with the one of them that uses the copies. Both are undefined where no role can be created. */
async function withRoles<T>(
  context: Context,
  serverUrl: string,
  original: Original,
  work: (role: RestrictedRole | undefined, roles: CopiedRoles | undefined) => Promise<T>,
): Promise<T> {
  const { signal, emit, settings } = context;
  const restricted = await createRestrictedRole(serverUrl, signal);
  if (restricted === undefined) return work(undefined, undefined);
  try {
    // The observation and a tool with several sessions need more connections than this role is given otherwise.
    await withSession(serverUrl, (session) => session.query(`alter role ${identifier(restricted.name)} connection limit ${CONNECTIONS}`), {
      signal,
    });
    const options = { restricted, signal, emit, waitMs: settings.timeouts.migrateMs };
    return await withCopiedRoles(serverUrl, original.roles, options, (roles) => work(roles.login, roles));
  } finally {
    await restricted.drop();
  }
}

/** Undefined: it has the name of production's role, or the role of the local server runs the migrations. */
function roleInCopy(original: Original, role: RestrictedRole | undefined, roles: CopiedRoles | undefined): Copy["role"] {
  const own = (roles?.login ?? role)?.name;
  return own === undefined || own !== role?.name ? undefined : { own, original: original.roles.own };
}

interface Filling {
  readonly programs: DumpPrograms;
  readonly original: Original;
  readonly roles: CopiedRoles | undefined;
}

async function fill(to: RestrictedCopy, from: DirectUrl, { programs, original, roles }: Filling, context: Context): Promise<Filled> {
  const { signal } = context;
  // It has all rows of the server, so it must not outlive this process.
  const printed = await withNamelessFile("offshoot-dump-", async (file) => {
    await dumpTo(programs.dump, file.write, from, context);
    return restoreFile(programs.restore, file.read, to.url, context);
  });
  const isKnown = async (): Promise<IsKnownName> => knownNames([...(await namesIn(from, signal)), ...(await namesIn(to.url, signal))]);
  const lost = printed === "" ? NOTHING_LOST : await compare(from, to.url, printed, await isKnown(), signal);
  const analyzed = await analyze(to.url, context, isKnown);
  const refused = await giveRights(to, original, roles, signal);
  const present = await withSession(to.url, readObjects, { signal });
  const found = lacksOf(original.objects, present, original.roles, roles);
  return {
    database: parseUrl(to.url).database,
    gaps: [
      ...(lost.text === "" ? [] : [`Parts of the dump could not be restored: ${lost.text}.`]),
      ...(refused === 0 ? [] : [`${refused} owners or rights of the server could not be set in the copy.`]),
      ...gapsOf(found, original.roles, roles),
      ...analyzed,
    ],
    missing: lost.missing,
    lacks: { ...found, isOtherServer: false, isPartial: lost.text !== "" },
  };
}

/** Owners and rights as they are in the original. Returns how many statements failed. They run no code of the database. */
async function giveRights(
  { superuserUrl }: RestrictedCopy,
  { rights, publications }: Original,
  roles: CopiedRoles | undefined,
  signal: AbortSignal,
): Promise<number> {
  if (superuserUrl === undefined || roles === undefined) return 0;
  return withSession(
    superuserUrl,
    async (session) => runAll(session, [...publicationStatements(publications), ...(await rightStatements(session, rights, roles))]),
    { signal },
  );
}

/** What a copy of a database does not have of it. Returns what could not be set. */
async function prepareCopy(
  serverUrl: string,
  copy: RestrictedCopy,
  { rights, settings }: Original,
  roles: CopiedRoles | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { database } = parseUrl(copy.url);
  const left = await withSession(
    withDatabase(serverUrl, database),
    async (session) => {
      if (roles !== undefined) await runAll(session, databaseStatements(database, rights, roles));
      return takeSettings(session, { database, role: roles?.login.name }, settings);
    },
    { signal },
  );
  return left.length === 0 ? [] : [`Settings of the role or the database of the server are not set in the copy: ${left.join(", ")}.`];
}

/** A dump has no statistics. Without them the server plans other ways than in production, and does not know how many rows there are. */
async function analyze(url: DirectUrl, { signal, settings }: Context, isKnown: () => Promise<IsKnownName>): Promise<readonly string[]> {
  const options = { signal, queryMs: settings.timeouts.migrateMs };
  return withSession(url, (session) => session.query("analyze"), options).then(
    () => [],
    async (thrown: unknown) => {
      if (signal.aborted || isTemporary(thrown)) throw thrown;
      // A function in an index can fail there.
      const message = publicMessageOf(thrown);
      return [`The copy has no statistics of its rows: ${message === RAISED ? message : withKnownNames(message, await isKnown())}.`];
    },
  );
}
