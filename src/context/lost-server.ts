import { isOffshootError, messageOf, OffshootError } from "../errors.ts";
import { isTemporary } from "../postgres/sqlstate.ts";
import { parseUrl } from "../postgres/url.ts";
import { ownCommand } from "../shell-command.ts";
import type { Database } from "../providers/provider.ts";

/**
 * The error for a connection to the server of a scratch database that was lost while a command worked there. Any other error is
 * returned as it was thrown. Pure.
 */
export function lostServer({ directUrl, name }: Pick<Database, "directUrl" | "name">, thrown: unknown): unknown {
  if (!isTemporary(thrown)) return thrown;
  const { host, port, password } = parseUrl(directUrl);
  return new OffshootError("CONNECTION_FAILED", `The Postgres server at ${host}:${port} ended or was restarted: ${messageOf(thrown)}.`, {
    meaning: `There is no result. The database ${name} and copies of it can be left on that server; they expire after two hours.`,
    remedy: `Look at the server's log and the memory of the machine, then run the command again. What has expired is dropped by ${ownCommand(["sweep", "--yes"])}.`,
    facts: { host, port, database: name },
    secrets: [password],
    cause: thrown,
  });
}

/**
 * The error of a command that lost the connection to any of its servers, such as to the one of `--from` or to that of the run's database.
 * Any other error is returned as it was thrown. Pure.
 */
export function lostConnection(thrown: unknown): unknown {
  if (isOffshootError(thrown) || !isTemporary(thrown)) return thrown;
  return new OffshootError("CONNECTION_FAILED", `A server that this command uses ended or refused the connection: ${messageOf(thrown)}.`, {
    meaning: "The command was not finished. What it did until then is not taken back.",
    remedy: "Check that the servers run and can be reached from this machine, then run the command again.",
    cause: thrown,
  });
}
