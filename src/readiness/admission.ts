import { codeOf, messageOf } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { Claim } from "./claim.ts";
import { recordSession } from "./sessions.ts";

/**
 * Whether the server notices within a second that a client is disconnected, also in the middle of a statement. Sets it for
 * this session. Servers on other systems than Linux, macOS and BSD refuse the setting (PostgreSQL documentation,
 * "client_connection_check_interval").
 */
export async function checksConnection(session: Session): Promise<boolean> {
  // A pooler refuses startup options, or ignores them.
  if (session.isPooled) return false;
  try {
    await session.query("select pg_catalog.set_config('client_connection_check_interval', '1000', false)");
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.invalidParameterValue || codeOf(thrown) === SQLSTATE.undefinedObject) return false;
    throw thrown;
  }
}

/** Proves in the database that we lead, and records the session. Returns why the command must not use it. */
export async function admit(session: Session, held: Claim, name: string): Promise<string | undefined> {
  try {
    const outcome = await recordSession(session, held, name);
    if (outcome === "recorded") return undefined;
    if (outcome === "lost") return "this migration command has been replaced: another job leads the migrations now";
    return "the server does not list this session under the name that offshoot gave it, so it cannot be fenced. If a connection pooler is between, use the URL of the server itself, or set migrations.fence to off";
  } catch (thrown) {
    return `offshoot could not prove that this job still leads the migrations: ${messageOf(thrown)}`;
  }
}
