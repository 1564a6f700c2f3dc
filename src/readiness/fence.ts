import type { Env } from "../environment.ts";
import { isLoopback } from "../loopback.ts";
import { TRANSPORT_PARAMETERS } from "../postgres/tls.ts";
import { type DirectUrl, parseUrl } from "../postgres/url.ts";
import type { MigrationCommand } from "./migration-command.ts";

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
