import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cancelled } from "../../deadline.ts";
import { messageOf, OffshootError } from "../../errors.ts";
import type { Context } from "../../context/context.ts";
import { copiesUnsupported, withScratchDatabase } from "../../context/scratch-database.ts";
import { withoutOwnSecrets } from "../../own-secrets.ts";
import { connectionError, withSession } from "../../postgres/connect.ts";
import { identifier, literal } from "../../postgres/identifier.ts";
import { type DirectUrl, parseUrl, withDatabase } from "../../postgres/url.ts";
import { restrictCopy } from "../../providers/local/restricted-copy.ts";
import { copyDatabase } from "../../providers/local/copy.ts";
import { createRestrictedRole, dropRestrictedRole, type RestrictedRole } from "../../providers/local/restricted-role.ts";
import { publicMessageOf } from "../../postgres/thrown-error.ts";
import { secretsOf, variablesOfUrl, withoutOtherServer } from "../../providers/variables.ts";
import { RAISED } from "../../postgres/server-error.ts";
import { withKnownNames } from "../../rehearsal/error-text.ts";
import { namesIn } from "../../rehearsal/read-names.ts";
import { type IsKnownName, knownNames } from "../../rehearsal/sql/known-names.ts";
import { readRoleSettings } from "../../rehearsal/role-settings.ts";
import { findDumpProgram } from "../pg-dump.ts";
import { tablesWithoutRows, unrestored } from "./unrestored.ts";
import type { DumpedServer, OpenCopy } from "./copy.ts";

/** Sessions of the command, and two of the observation. */
const CONNECTIONS = 40;
const MOST_OUTPUT = 16 * 1024 * 1024;

/**
 * Runs `work` with copies of a local database that has the schema and the rows of a server. The server is only read. The dump
 * is deleted before `work` starts. What it contains runs as a role with few rights, which owns everything in the copies.
 */
export async function withDump<T>(context: Context, dumped: DumpedServer, work: (open: OpenCopy) => Promise<T>): Promise<T> {
  const { signal, conceal } = context;
  await conceal(secretsOf({ url: dumped.url, directUrl: dumped.url }));
  const source = await withSession(dumped.url, describeSource, { signal }).catch((thrown: unknown) => {
    throw connectionError(dumped.url, thrown);
  });
  const programs = await programsFor(source.major, context);
  const wanted = { ...context, settings: { ...context.settings, postgres: source.major as typeof context.settings.postgres } };
  return withScratchDatabase(wanted, "rehearse", async (scratch) => {
    await conceal(secretsOf(scratch));
    const { tag } = scratch;
    if (scratch.copy === undefined) throw copiesUnsupported(scratch);
    const serverUrl = withDatabase(scratch.directUrl, "postgres");
    const role = await createRole(serverUrl, signal);
    try {
      const { major, extensions } = source;
      const filled = await restrictCopy(await scratch.copy(signal), { role, major, extensions, signal });
      try {
        await conceal(secretsOf({ url: filled.url, directUrl: filled.url }));
        const { gaps, withoutRows } = await fill(filled.url, dumped.url, programs, context);
        for (const text of gaps) context.emit({ kind: "warning", text });
        const { database } = parseUrl(filled.url);
        return await work(async (use) => {
          const made = await copyDatabase(serverUrl, database, { tag, signal });
          const copy = await restrictCopy(made, { role, major, extensions: [], signal });
          try {
            await takeSettings(withDatabase(serverUrl, parseUrl(copy.url).database), source.limits);
            const description = `a dump of ${dumped.description}`;
            return await use({ url: copy.url, origin: "dump", description, hasProductionRows: true, gaps, withoutRows });
          } finally {
            await copy.drop();
          }
        });
      } finally {
        await filled.drop();
      }
    } finally {
      await dropRestrictedRole(serverUrl, role);
    }
  });
}

/** The observation and a tool with several sessions need more connections than this role is given otherwise. */
async function createRole(serverUrl: string, signal: AbortSignal): Promise<RestrictedRole | undefined> {
  const role = await createRestrictedRole(serverUrl, signal);
  if (role !== undefined) {
    await withSession(serverUrl, (session) => session.query(`alter role ${identifier(role.name)} connection limit ${CONNECTIONS}`), {
      signal,
    });
  }
  return role;
}

/** Returns what is missing, in sentences. */
async function fill(
  to: DirectUrl,
  from: DirectUrl,
  programs: { readonly dump: string; readonly restore: string },
  context: Context,
): Promise<{ readonly gaps: readonly string[]; readonly withoutRows: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-dump-"));
  try {
    await pass(programs.dump, ["--format=custom", "--compress=0", `--file=${join(folder, "dump")}`], from, context);
    const printed = await restoreFile(programs.restore, join(folder, "dump"), to, context);
    const isKnown = async (): Promise<IsKnownName> =>
      knownNames([...(await namesIn(from, context.signal)), ...(await namesIn(to, context.signal))]);
    const missing = printed === "" ? "" : unrestored(printed, await isKnown());
    const analyzed = await analyze(to, context, isKnown);
    return {
      gaps: [...(missing === "" ? [] : [`Parts of the dump could not be restored: ${missing}.`]), ...analyzed],
      withoutRows: tablesWithoutRows(printed),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A dump has no statistics. Without them the server plans other ways than in production, and does not know how many rows there are. */
async function analyze(url: DirectUrl, { signal, settings }: Context, isKnown: () => Promise<IsKnownName>): Promise<readonly string[]> {
  const options = { signal, queryMs: settings.timeouts.migrateMs };
  return withSession(url, (session) => session.query("analyze"), options).then(
    () => [],
    async (thrown: unknown) => {
      if (signal.aborted) throw thrown;
      // A function in an index can fail there.
      const message = publicMessageOf(thrown);
      return [`The copy has no statistics of its rows: ${message === RAISED ? message : withKnownNames(message, await isKnown())}.`];
    },
  );
}

interface SourceFacts {
  readonly extensions: readonly { readonly name: string; readonly schema: string }[];
  readonly major: number;
  readonly limits: Readonly<Record<string, string>>;
}

async function describeSource(session: Parameters<Parameters<typeof withSession>[1]>[0]): Promise<SourceFacts> {
  const [row] = await session.query<{ major: number }>(
    "select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 operator(pg_catalog./) 10000 as major",
  );
  const extensions = await session.query<{ name: string; schema: string }>(
    `select e.extname::pg_catalog.text as name, n.nspname::pg_catalog.text as schema from pg_catalog.pg_extension e
      join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) e.extnamespace where e.extname operator(pg_catalog.<>) 'plpgsql'`,
  );
  return { extensions, major: row?.major ?? 0, limits: (await readRoleSettings(session)).limits };
}

async function programsFor(major: number, context: Context): Promise<{ readonly dump: string; readonly restore: string }> {
  const [dump, restore] = [await findDumpProgram("pg_dump", major, context), await findDumpProgram("pg_restore", major, context)];
  if (dump !== undefined && restore !== undefined) return { dump, restore };
  throw new OffshootError("POSTGRES_NOT_FOUND", `pg_dump and pg_restore of PostgreSQL ${major} or newer were not found.`, {
    meaning: "The server is copied with them.",
    remedy: `Install the client programs, on Debian and Ubuntu: apt-get install postgresql-client-${major}`,
  });
}

async function pass(program: string, args: readonly string[], url: DirectUrl, context: Context): Promise<void> {
  try {
    await promisify(execFile)(program, [...args], { env: environment(url, context), signal: context.signal, maxBuffer: MOST_OUTPUT });
  } catch (thrown) {
    if (context.signal.aborted) throw cancelled("the rehearsal");
    const printed = thrown instanceof Error && "stderr" in thrown ? String(thrown.stderr).trim() : "";
    throw new OffshootError("CONNECTION_FAILED", `pg_dump failed: ${printed === "" ? messageOf(thrown) : printed}`, {
      remedy: "Check that the role of its URL can read all tables of the database.",
      secrets: secretsOf({ url, directUrl: url }),
    });
  }
}

/** Returns what pg_restore printed about its errors. Owners and rights are left out: the copy has other roles. An extension that is not available here is skipped with its objects. */
async function restoreFile(program: string, file: string, url: DirectUrl, context: Context): Promise<string> {
  const { database } = parseUrl(url);
  const args = ["--no-owner", "--no-privileges", "--no-subscriptions", "--no-publications", `--dbname=${database}`, file];
  try {
    await promisify(execFile)(program, args, { env: environment(url, context), signal: context.signal, maxBuffer: MOST_OUTPUT });
    return "";
  } catch (thrown) {
    if (context.signal.aborted) throw cancelled("the rehearsal");
    return thrown instanceof Error && "stderr" in thrown ? String(thrown.stderr) : messageOf(thrown);
  }
}

/** The time limits that the role has there, so that the migrations feel them here too. */
async function takeSettings(url: string, limits: SourceFacts["limits"]): Promise<void> {
  const { database } = parseUrl(url);
  await withSession(url, async (session) => {
    for (const [name, value] of Object.entries(limits)) {
      await session.query(`alter database ${identifier(database)} set ${identifier(name)} = ${literal(value)}`);
    }
  });
}

function environment(url: DirectUrl, context: Context): Record<string, string | undefined> {
  return { ...withoutOtherServer(withoutOwnSecrets(context.env)), ...variablesOfUrl(url) };
}
