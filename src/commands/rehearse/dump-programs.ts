import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Context } from "../../context/context.ts";
import { cancelled } from "../../deadline.ts";
import { messageOf, OffshootError } from "../../errors.ts";
import { withoutOwnSecrets } from "../../own-secrets.ts";
import { type DirectUrl, parseUrl } from "../../postgres/url.ts";
import { secretsOf, variablesOfUrl, withoutOtherServer } from "../../providers/variables.ts";
import { findDumpProgram } from "../pg-dump.ts";

const MOST_OUTPUT = 16 * 1024 * 1024;

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

/** Writes a dump of the database of `url` to a file. */
export async function dumpTo(program: string, file: string, url: DirectUrl, context: Context): Promise<void> {
  const args = ["--format=custom", "--compress=0", `--file=${file}`];
  try {
    await promisify(execFile)(program, args, { env: environment(url, context), signal: context.signal, maxBuffer: MOST_OUTPUT });
  } catch (thrown) {
    if (context.signal.aborted) throw cancelled("the rehearsal");
    const printed = thrown instanceof Error && "stderr" in thrown ? String(thrown.stderr).trim() : "";
    throw new OffshootError("CONNECTION_FAILED", `pg_dump failed: ${printed === "" ? messageOf(thrown) : printed}`, {
      remedy: "Check that the role of its URL can read all tables of the database.",
      secrets: secretsOf({ url, directUrl: url }),
    });
  }
}

/** Returns what pg_restore printed about its errors. Owners and rights are set later. An extension that is not available here is skipped with its objects. */
export async function restoreFile(program: string, file: string, url: DirectUrl, context: Context): Promise<string> {
  const { database } = parseUrl(url);
  const args = ["--no-owner", "--no-privileges", "--no-subscriptions", "--no-tablespaces", `--dbname=${database}`, file];
  try {
    await promisify(execFile)(program, args, { env: environment(url, context), signal: context.signal, maxBuffer: MOST_OUTPUT });
    return "";
  } catch (thrown) {
    if (context.signal.aborted) throw cancelled("the rehearsal");
    return thrown instanceof Error && "stderr" in thrown ? String(thrown.stderr) : messageOf(thrown);
  }
}

function environment(url: DirectUrl, context: Context): Record<string, string | undefined> {
  return { ...withoutOtherServer(withoutOwnSecrets(context.env)), ...variablesOfUrl(url) };
}
