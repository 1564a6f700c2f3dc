import type { Context } from "../../context/context.ts";
import { cancelled } from "../../deadline.ts";
import { isOffshootError, messageOf, OffshootError } from "../../errors.ts";
import { withoutOwnSecrets } from "../../own-secrets.ts";
import { type DirectUrl, parseUrl } from "../../postgres/url.ts";
import { secretsOf, variablesOfUrl, withoutOtherServer } from "../../providers/variables.ts";
import { runWatched } from "../../process/watched-program.ts";
import { findDumpProgram } from "../pg-dump.ts";

/** Paths of `pg_dump` and `pg_restore`. */
export interface DumpPrograms {
  readonly dump: string;
  readonly restore: string;
}

/** Finds the programs for a server of this major version. Throws `POSTGRES_NOT_FOUND`. */
export async function programsFor(major: number, context: Context): Promise<DumpPrograms> {
  const [dump, restore] = [await findDumpProgram("pg_dump", major, context), await findDumpProgram("pg_restore", major, context)];
  if (dump !== undefined && restore !== undefined) return { dump, restore };
  throw new OffshootError("POSTGRES_NOT_FOUND", `pg_dump and pg_restore of PostgreSQL ${major} or newer were not found.`, {
    meaning: "The server is copied with them.",
    remedy: `Install the client programs, on Debian and Ubuntu: apt-get install postgresql-client-${major}`,
  });
}

/** What libpq and the server say of a connection that ended: PostgreSQL's own words, which pg_dump and pg_restore pass on. */
export const LOST =
  /server closed the connection unexpectedly|terminating connection due to [^\n]*|connection to server [^\n]* failed|no connection to the server|could not (?:send|receive) data [^\n]*/;

/** Writes a dump of the database of `url` to the file of a descriptor. */
export async function dumpTo(program: string, file: number, url: DirectUrl, context: Context): Promise<void> {
  const printed = await run([program, "--format=custom", "--compress=0"], { stdout: file }, url, context);
  if (printed === undefined) return;
  throw new OffshootError("CONNECTION_FAILED", `pg_dump failed: ${printed}`, {
    remedy: remedyOf(printed),
    secrets: secretsOf({ url, directUrl: url }),
  });
}

/** How a failed pg_dump is repaired, by its own words and those of the server. */
function remedyOf(printed: string): string {
  if (LOST.test(printed)) return "The connection to that server was ended there or lost. Run the command again.";
  if (/no space left on device|disk quota exceeded|could not write to (?:output )?file/i.test(printed))
    return "The dump is a file in the temporary folder, which needs as much free space as the rows: set TMPDIR to a folder on a larger disk.";
  if (/row-level security/i.test(printed))
    return "Row-level security hides rows from the role of its URL. Use a role with BYPASSRLS: the right to read all tables is not enough.";
  return "Check that the role of its URL can read all tables of the database.";
}

/** Returns what pg_restore printed about its errors. Owners and rights are set later. An extension that is not available here is skipped with its objects. */
export async function restoreFile(program: string, file: number, url: DirectUrl, context: Context): Promise<string> {
  const { database } = parseUrl(url);
  const args = ["--no-owner", "--no-privileges", "--no-subscriptions", "--no-tablespaces", `--dbname=${database}`];
  const printed = (await run([program, ...args], { stdin: file }, url, context)) ?? "";
  if (!LOST.test(printed)) return printed;
  // A part that is missing because of it would not be missing in the dump.
  throw new Error(`connection terminated while the dump was restored: ${LOST.exec(printed)?.[0] ?? ""}`);
}

/** Returns what the program printed when it failed. */
async function run(
  command: readonly string[],
  files: { readonly stdin?: number; readonly stdout?: number },
  url: DirectUrl,
  context: Context,
): Promise<string | undefined> {
  const { cwd, signal } = context;
  if (signal.aborted) throw cancelled("the rehearsal");
  try {
    const { ok, stderr } = await runWatched(command, { cwd, env: environment(url, context), signal, ...files });
    if (signal.aborted) throw cancelled("the rehearsal");
    return ok ? undefined : stderr.trim() || "it ended without a message";
  } catch (thrown) {
    if (isOffshootError(thrown)) throw thrown;
    return messageOf(thrown);
  }
}

function environment(url: DirectUrl, context: Context): Record<string, string | undefined> {
  return { ...withoutOtherServer(withoutOwnSecrets(context.env)), ...variablesOfUrl(url) };
}
