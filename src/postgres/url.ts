import { type Env, type GivenUrl, readGivenUrl, type UrlKind } from "../environment.ts";
import { OffshootError } from "../errors.ts";

declare const direct: unique symbol;

/**
 * A URL that connects to Postgres itself, without a transaction pooler. Session locks and migrations need one. Only
 * `directUrl` creates it.
 */
export type DirectUrl = string & { readonly [direct]: true };

/** The parts of a Postgres URL. No error contains the password. */
export interface UrlParts {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const POSTGRES_URL: UrlKind = {
  name: "a Postgres URL",
  form: "a URL such as postgresql://user@host:5432/database, with special characters in the password written as %XX",
  matches: isPostgresUrl,
};

/**
 * Reads a Postgres URL, or the name of an environment variable that holds one. `flag` names the source in errors. Throws
 * `URL_INVALID`, and never shows a value.
 */
export function readPostgresUrl(text: string, flag: string, env: Env): GivenUrl {
  return readGivenUrl(text, flag, env, POSTGRES_URL);
}

/** Whether a text is a `postgres://` or `postgresql://` URL with a host. */
export function isPostgresUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return /^postgres(ql)?:$/.test(protocol) && hostname !== "";
}

/** Splits a `postgres://` or `postgresql://` URL. Throws `URL_INVALID`, which names `what` as the source of the URL. */
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

/** The decoded part. A part with a bare `%` is not encoded, and is returned unchanged. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Joins the parts to a URL, and encodes them. */
export function formatUrl(parts: UrlParts): string {
  const host = parts.host.includes(":") ? `[${parts.host}]` : parts.host;
  const login = `${encodeURIComponent(parts.user.toWellFormed())}:${encodeURIComponent(parts.password.toWellFormed())}`;
  return `postgresql://${login}@${host}:${parts.port}/${encodeDatabase(parts.database)}`;
}

/**
 * The name of a database for the path of a URL. node-postgres decodes it with `decodeURI`, which keeps `%26` and its like. A path
 * can contain these characters as they are (RFC 3986, 3.3), and every driver reads them so. `?` and `#` would end the path.
 */
function encodeDatabase(name: string): string {
  const isPath = /(?:^|\/)\.{1,2}(?:\/|$)/.test(name);
  const plain = isPath ? /%(?:24|26|2B|2C|3A|3B|3D|40)/g : /%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g;
  return encodeURIComponent(name.toWellFormed()).replace(plain, decodeURIComponent);
}

/** The URL with the name of its database as all drivers read it. */
export function withReadableDatabase(url: string): string {
  const { database } = parseUrl(url);
  return database === "" ? url : withDatabase(url, database);
}

/** The URL of another database on the same server, with the same login. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeDatabase(database)}`;
  return parsed.href;
}

/** Whether the first label of the host ends in `-pooler`, as in Neon's pooled URLs (Neon docs, "Connection pooling"). */
export function isPooledHost(host: string): boolean {
  return /^[^.]+-pooler(\.|$)/.test(host);
}

/** The direct URL for a URL: removes `-pooler` from the host of Neon. Throws `URL_INVALID`, which names `what`. */
export function directUrl(url: string, what?: string): DirectUrl {
  const parsed = readUrl(url, what ?? "the database URL");
  parsed.hostname = parsed.hostname.replace(/^([^.]+)-pooler(?=\.|$)/, "$1");
  return parsed.href as DirectUrl;
}

/** Host, port and database, for messages; without user and password. */
export function describeUrl(url: string): string {
  const { host, port, database } = parseUrl(url);
  return `${host}:${port}/${database}`;
}

function readUrl(url: string, what: string): URL {
  if (isPostgresUrl(url)) return new URL(url);
  throw new OffshootError("URL_INVALID", `${capital(what)} is not ${POSTGRES_URL.name}.`, { remedy: `Give ${POSTGRES_URL.form}.` });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
