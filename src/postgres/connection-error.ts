import { codeOf, OffshootError } from "../errors.ts";
import { identifier } from "./identifier.ts";
import { refusedByServer } from "./refused.ts";
import { isTemporary, SQLSTATE } from "./sqlstate.ts";
import { tlsFailureOf } from "./tls-failure.ts";
import { parseUrl } from "./url.ts";

/** What to check where the server itself has answered. */
const CHECKS: ReadonlyMap<unknown, string> = new Map([
  [SQLSTATE.invalidPassword, "Check the user and the password in the URL."],
  [SQLSTATE.invalidAuthorization, "Check the user and the password in the URL."],
  [SQLSTATE.undefinedDatabase, "Check the name of the database. If a migration has dropped or renamed it, create it again."],
  [SQLSTATE.tooManyConnections, "Close other connections to the server, or raise its limit. Then run the command again."],
  [SQLSTATE.insufficientPrivilege, "Allow the user to connect to the database (`grant connect on database`), or use another user."],
  [SQLSTATE.internalError, "The server reported an internal error: look at its log, or ask those who run it."],
]);

const UNREACHABLE = "Check that the server is running, and that the host and the port are correct.";

/** The error for a failed connection: names the host and the cause, and what to check. */
export function connectionError(url: string, thrown: unknown): OffshootError {
  const { host, port, user, database, password } = parseUrl(url);
  const code = codeOf(thrown);
  const tls = tlsFailureOf(url, thrown);
  if (tls !== undefined) {
    const { kind, text, meaning, remedy } = tls;
    return new OffshootError("CONNECTION_FAILED", text, {
      meaning,
      remedy,
      facts: { host, port, database, tls: kind },
      secrets: [password],
    });
  }
  // A server that is starting or is being stopped answers too.
  const refused = isTemporary(thrown) ? undefined : refusedByServer(thrown);
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  return new OffshootError("CONNECTION_FAILED", `Could not connect to ${host}:${port}/${database} as ${user}: ${cause}.`, {
    meaning: refused?.meaning,
    remedy: remedyOf(code, database) ?? refused?.remedy ?? UNREACHABLE,
    facts: { host, port, database, sqlstate: code },
    secrets: [password],
  });
}

function remedyOf(code: string | undefined, database: string): string | undefined {
  // `allow_connections false`, which a migration can set too.
  if (code === SQLSTATE.notInPrerequisiteState)
    return `Allow connections, \`alter database ${identifier(database)} allow_connections true\`, and remove what forbids them from the migrations.`;
  return CHECKS.get(code);
}
