import type { Env } from "../environment.ts";
import { codeOf, messageOf } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import { isLoopback, TRANSPORT_PARAMETERS } from "../postgres/tls.ts";
import { type DirectUrl, parseUrl } from "../postgres/url.ts";
import type { Claim } from "./claim.ts";
import type { MigrationCommand } from "./command.ts";
import { recordSession } from "./sessions.ts";

/** Whether the command's sessions pass the broker. `auto`: unless the command is known not to reach it. */
export type FenceMode = "auto" | "off" | "require";

/** Parameters that only concern the connection to the server itself, beside those of `TRANSPORT_PARAMETERS`. */
const OTHER_PARAMETERS = ["channel_binding", "sslnegotiation", "gssencmode", "host", "hostaddr", "port", "requirepeer", "service"];

/** The URL of the broker for the same login and database. */
export function brokerUrl(url: DirectUrl, port: number): DirectUrl {
  const parsed = new URL(url);
  for (const name of [...TRANSPORT_PARAMETERS, ...OTHER_PARAMETERS]) parsed.searchParams.delete(name);
  parsed.hostname = "127.0.0.1";
  parsed.port = String(port);
  parsed.searchParams.set("sslmode", "disable");
  return parsed.href as DirectUrl;
}

/** Variables of libpq that would lead past the broker, or ask it for encryption (PostgreSQL documentation, "Environment Variables"). */
const PAST_BROKER = /^PG(SSL.*|CHANNELBINDING|HOSTADDR|SERVICE|SERVICEFILE|REQUIRESSL|REQUIREPEER|GSSENCMODE)$/;

/** The environment of a command that connects to the broker. */
export function brokerEnvironment(env: Env): Env {
  const kept = Object.entries(env).filter(([name]) => !PAST_BROKER.test(name));
  return { ...Object.fromEntries(kept), PGSSLMODE: "disable", PGGSSENCMODE: "disable" };
}

/** Programs that run the rest of their command line elsewhere, where our loopback address is another one. */
const ELSEWHERE = /(?:^|[\s;&|(/])(docker|docker-compose|podman|podman-compose|nerdctl|kubectl|ssh)(?=\s)/;
const HOST_NETWORK = /--net(?:work)?[ =]host\b/;

/**
 * The program with which a command leaves this machine's network, such as `docker`. Undefined when there is none, or when the
 * server is on loopback: a command that cannot reach the broker could not reach that server either.
 */
export function leavesMachine(command: MigrationCommand, url: DirectUrl): string | undefined {
  const text = command.kind === "shell" ? command.text : command.argv.join(" ");
  if (isLoopback(parseUrl(url).host) || HOST_NETWORK.test(text)) return undefined;
  return ELSEWHERE.exec(text)?.[1];
}

/**
 * Whether the server notices within a second that a client is disconnected, also in the middle of a statement. Sets it for
 * this session. Servers on other systems than Linux, macOS and BSD refuse the setting (PostgreSQL documentation,
 * "client_connection_check_interval").
 */
export async function checksConnection(session: Session): Promise<boolean> {
  try {
    await session.query("select set_config('client_connection_check_interval', '1000', false)");
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
    return "the server does not list this session under the name that offshoot gave it, so it cannot be fenced";
  } catch (thrown) {
    return `offshoot could not prove that this job still leads the migrations: ${messageOf(thrown)}`;
  }
}
