import { OffshootError } from "../errors.ts";

declare const direct: unique symbol;

/**
 * A URL that reaches Postgres itself and not a transaction pooler: only over such a one do session locks and
 * migrations work. Made by `directUrl` alone.
 */
export type DirectUrl = string & { readonly [direct]: true };

/** The parts of a Postgres URL that we need; the password never leaves in an error. */
export interface UrlParts {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Reads a `postgres://` or `postgresql://` URL; throws `URL_INVALID` naming `what` (where it came from). */
export function parseUrl(url: string, what = "the database URL"): UrlParts {
  const parsed = readUrl(url, what);
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: parsed.port === "" ? 5432 : Number(parsed.port),
    user: decode(parsed.username),
    password: decode(parsed.password),
    database: decode(parsed.pathname.slice(1)),
  };
}

/** A part as it was before it was encoded; one with a bare `%` was never encoded. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A URL from its parts, with what must be encoded encoded. */
export function formatUrl(parts: UrlParts): string {
  const host = parts.host.includes(":") ? `[${parts.host}]` : parts.host;
  const login = `${encodeURIComponent(parts.user)}:${encodeURIComponent(parts.password)}`;
  return `postgresql://${login}@${host}:${parts.port}/${encodeURIComponent(parts.database)}`;
}

/** The same server and login, another database. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}

/**
 * Whether the host's first label ends in `-pooler`: Neon's own mark of its PgBouncer
 * (Neon docs, "Connection pooling").
 */
export function isPooledHost(host: string): boolean {
  return /^[^.]+-pooler(\.|$)/.test(host);
}

/** The direct twin of a URL: a Neon pooler host loses its `-pooler`. Throws `URL_INVALID`. */
export function directUrl(url: string, what?: string): DirectUrl {
  const parsed = readUrl(url, what ?? "the database URL");
  parsed.hostname = parsed.hostname.replace(/^([^.]+)-pooler(?=\.|$)/, "$1");
  return parsed.href as DirectUrl;
}

/** Host, port and database for people; never the login. */
export function describeUrl(url: string): string {
  const { host, port, database } = parseUrl(url);
  return `${host}:${port}/${database}`;
}

function readUrl(url: string, what: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.hostname === "") {
    throw new OffshootError("URL_INVALID", `${capital(what)} is not a Postgres URL.`, {
      remedy: "Expected the form postgresql://HOST:5432/DATABASE, with USER:PASSWORD@ before the host.",
    });
  }
  return parsed;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
