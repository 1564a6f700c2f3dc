import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { readCatalog } from "../../catalog/read.ts";
import type { Change } from "../../drift/change.ts";
import { compareCatalogs } from "../../drift/compare.ts";
import { messageOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { withoutOwnSecrets } from "../../own-secrets.ts";
import type { Context } from "../../context/context.ts";
import { findDumpProgram } from "../pg-dump.ts";
import { variablesOfUrl, withoutOtherServer } from "../../providers/variables.ts";
import type { Side } from "../../repair/lookup.ts";
import { planRepair } from "../../repair/plan.ts";
import { runSteps, type Superuser } from "../../repair/prove.ts";
import { asOnCopy, withoutEventTriggers } from "../../repair/restricted-catalog.ts";
import { readRepairSource } from "../../repair/source.ts";

/** The schema of 10,000 tables is about 20 MB of text. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The schema from `pg_dump -s`, or the reason why there is none: `pg_dump` refuses a server that is newer than itself. */
export async function dumpSchema(
  url: string,
  major: number,
  context: Context,
): Promise<{ readonly sql: string } | { readonly reason: string }> {
  const program = await findDumpProgram("pg_dump", major, context);
  if (program === undefined) return { reason: `no pg_dump of PostgreSQL ${major} or newer is installed` };
  try {
    const { stdout } = await promisify(execFile)(program, ["--schema-only", "--no-owner", "--exclude-schema=offshoot"], {
      env: { ...withoutOtherServer(withoutOwnSecrets(context.env)), ...variablesOfUrl(url) },
      signal: context.signal,
      maxBuffer: MOST_BYTES,
    });
    return { sql: withoutSuperuserParts(stdout) };
  } catch (thrown) {
    return { reason: `pg_dump failed: ${messageOf(thrown)}` };
  }
}

/**
 * Leaves out what the role of a copy cannot run: event triggers, the comments on extensions, which another role can
 * own, and the default privileges of other roles. Newer versions of `pg_dump` also add two commands that only psql understands. The server runs the text without psql
 * and as a role with few rights, so that a name that looks like one of these commands can only make the copy differ.
 */
function withoutSuperuserParts(dump: string): string {
  return dump
    .replaceAll(/^\\(?:un)?restrict .*$/gm, "")
    .replaceAll(/^COMMENT ON (?:EXTENSION|EVENT TRIGGER) [^;]*;$/gm, "")
    .replaceAll(/^(?:CREATE|ALTER) EVENT TRIGGER [^;]*;$/gm, "")
    .replaceAll(/^ALTER DEFAULT PRIVILEGES [^;]*;$/gm, "");
}

/** Runs a dump in an empty database, and adds the default privileges. Throws the server's error. */
export async function createFromDump(session: Session, dump: string, original: Side, superuser?: Superuser): Promise<void> {
  await session.query(dump);
  await create(session, original, superuser, ({ kind }) => kind === "default privilege");
}

/**
 * Creates the schema of another database in an empty one, as a repair of everything that is missing. The session's role
 * becomes the owner, and what needs a superuser is left out. Throws the server's error.
 */
export async function createFromCatalog(session: Session, original: Side, superuser?: Superuser): Promise<void> {
  await create(session, original, superuser, () => true);
}

async function create(
  session: Session,
  { catalog, source: needed }: Side,
  superuser: Superuser | undefined,
  fits: (change: Change) => boolean,
): Promise<void> {
  const original = { catalog: withoutEventTriggers(catalog), source: needed };
  const source = await readRepairSource(session);
  // Nothing is given to the owners of the original: the role of the session owns everything.
  const owners = ownersIn(catalog);
  const roles = new Set([source.user, ...[...source.roles].filter((name) => !owners.has(name))]);
  const found: Side = { catalog: await readCatalog(session), source: { ...source, roles } };
  const changes = compareCatalogs(original.catalog, found.catalog).filter(fits);
  const { steps } = planRepair(original, found, changes, { rows: { hasRows: () => false, hasNulls: () => false } });
  const failed = await runSteps(session, superuser === undefined ? steps : asOnCopy(steps, superuser.owner, superuser.owner), superuser);
  if (failed !== undefined) throw failed.thrown;
}

function ownersIn(catalog: Side["catalog"]): ReadonlySet<string> {
  const owners = [...JSON.stringify(catalog).matchAll(/"owner":("(?:[^"\\]|\\.)*")/g)];
  return new Set(owners.map(([, name = '""']) => JSON.parse(name) as string));
}
