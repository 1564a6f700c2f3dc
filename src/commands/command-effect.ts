import { OffshootError } from "../errors.ts";
import type { Listener } from "../events.ts";
import type { DirectUrl } from "../postgres/url.ts";
import { withSession } from "../postgres/connect.ts";
import { describeServerError, publicMessage, type ServerError } from "../postgres/server-error.ts";
import type { CommandEnd } from "../readiness/command.ts";

/** Whether a command could use the broker, and did not ask it for a session. */
export function openedNoSession({ sessions }: CommandEnd): boolean {
  return sessions?.admitted === 0;
}

/**
 * The version table of a command is not known. But a command whose statements the server refused, and after which the database
 * has no table, did not migrate it, whatever its exit status: throws `MIGRATION_FAILED`. One that opened no session can be meant
 * to do nothing, or reach the database in a way that offshoot does not see: a warning.
 */
export async function checkTables(command: string, url: DirectUrl, end: CommandEnd, { signal, emit }: Reporting): Promise<void> {
  const refused = refusedBy(end);
  if (!openedNoSession(end) && refused === undefined) return;
  const { hasNoTables } = await import("../migration-tools/version-table.ts");
  if (!(await withSession(url, hasNoTables, { signal }))) return;
  const what = `\`${command}\` ended with exit status 0, but the database has no table after it.`;
  if (refused === undefined) return emit({ kind: "warning", text: `${what} ${NO_SESSION}` });
  throw new OffshootError("MIGRATION_FAILED", what, {
    meaning: `The server refused a statement: ${describeServerError(refused)}.`,
    remedy: `${STOP} Then start again with an empty database.`,
    facts: { command },
  });
}

interface Reporting {
  readonly signal: AbortSignal;
  readonly emit: Listener;
}

const NO_SESSION =
  "It opened no session at the URL that offshoot gave it: it did nothing, or migrated another database. Let it use DATABASE_URL or the PG* variables. For a database without migrations, set migrations.tool to none.";

const STOP =
  "Let the command end with another status when a statement fails, as `psql -v ON_ERROR_STOP=1`, `set -e` and `set -o pipefail` do.";

/** A command that ended with status 0 can have continued after an error. Some programs also try a statement that may fail. */
export function warnOfRefused(end: CommandEnd, emit: Listener): void {
  const refused = refusedBy(end);
  if (refused === undefined) return;
  const count = end.sessions?.errors.length ?? 1;
  const text = `The command ended with exit status 0, although the server refused ${count === 1 ? "a statement" : `${count} statements`}: ${describeServerError(refused)}. If the migrations need ${count === 1 ? "it" : "them"}, the schema is not complete. ${STOP}`;
  emit({ kind: "warning", text });
}

/** The first error that the server sent to the command, without values. */
function refusedBy({ sessions }: CommandEnd): ServerError | undefined {
  const [first] = sessions?.errors ?? [];
  return first && { ...first, message: publicMessage(first.message) };
}
