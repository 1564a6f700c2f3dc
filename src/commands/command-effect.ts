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
 * The version table of a command is not known. But a command that opened no session, or whose statements the server refused, and
 * after which the database has no table, did not migrate it, whatever its exit status. Throws `MIGRATION_FAILED`.
 */
export async function requireTables(command: string, url: DirectUrl, signal: AbortSignal, end: CommandEnd): Promise<void> {
  const refused = refusedBy(end);
  if (!openedNoSession(end) && refused === undefined) return;
  const { hasNoTables } = await import("../migration-tools/version-table.ts");
  if (!(await withSession(url, hasNoTables, { signal }))) return;
  throw new OffshootError("MIGRATION_FAILED", `\`${command}\` ended with exit status 0, but the database has no table after it.`, {
    meaning:
      refused === undefined
        ? "It opened no session at the URL that offshoot gave it: it did nothing, or migrated another database."
        : `The server refused a statement: ${describeServerError(refused)}.`,
    remedy:
      refused === undefined
        ? "Let it use DATABASE_URL or the PG* variables, and look at its output. For a database without migrations, set migrations.tool to none."
        : `${STOP} Then start again with an empty database.`,
    facts: { command },
  });
}

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
