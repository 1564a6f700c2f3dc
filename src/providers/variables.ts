import type { Env } from "../environment.ts";
import { parseUrl } from "../postgres/url.ts";
import type { Database } from "./provider.ts";

/** The environment variables of a job: the pooled URL for applications, and the direct URL with its PG* parts for tools. */
export interface DatabaseVariables {
  readonly DATABASE_URL: string;
  readonly DATABASE_URL_UNPOOLED: string;
  readonly PGHOST: string;
  readonly PGPORT: string;
  readonly PGUSER: string;
  readonly PGPASSWORD: string;
  readonly PGDATABASE: string;
  readonly PGSSLMODE?: string;
  readonly PGSSLROOTCERT?: string;
  readonly OFFSHOOT_PROVIDER: string;
  readonly OFFSHOOT_DATABASE_ID: string;
}

/**
 * Variables with which libpq connects to another server than `DATABASE_URL` and `PGHOST` name: the address of `PGHOSTADDR` is used in
 * place of the host, and a service has precedence over all other variables (PostgreSQL documentation, 34.15 to 34.17).
 */
const OTHER_SERVER = ["PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE"];

/** The environment without the variables that would lead a command to another server than the run's database. */
export function withoutOtherServer(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OTHER_SERVER.includes(name)));
}

/** The names of these variables in an environment. */
export function otherServerIn(env: Env): readonly string[] {
  return ["PGHOSTADDR", "PGSERVICE"].filter((name) => (env[name] ?? "") !== "");
}

/** The variables of a database from a provider. They contain its password. */
export function variablesOf(database: Pick<Database, "url" | "directUrl" | "provider" | "id">): DatabaseVariables {
  return {
    DATABASE_URL: database.url,
    DATABASE_URL_UNPOOLED: database.directUrl,
    ...libpqVariables(database.directUrl),
    OFFSHOOT_PROVIDER: database.provider,
    OFFSHOOT_DATABASE_ID: database.id,
  };
}

/** The variables of a database that was given by URL. They contain its password. */
export function variablesOfUrl(url: string, directUrl = url): Readonly<Record<string, string>> {
  return { DATABASE_URL: url, DATABASE_URL_UNPOOLED: directUrl, ...libpqVariables(directUrl) };
}

type LibpqVariables = Omit<DatabaseVariables, "DATABASE_URL" | "DATABASE_URL_UNPOOLED" | "OFFSHOOT_PROVIDER" | "OFFSHOOT_DATABASE_ID">;

/** The parts of a URL, as the variables that libpq and most drivers read. */
function libpqVariables(url: string): LibpqVariables {
  const { host, port, user, password, database } = parseUrl(url);
  const { searchParams } = new URL(url);
  const [sslMode, rootFile] = [searchParams.get("sslmode"), searchParams.get("sslrootcert")];
  return {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    ...(sslMode === null ? {} : { PGSSLMODE: sslMode }),
    ...(rootFile === null ? {} : { PGSSLROOTCERT: rootFile }),
  };
}

/**
 * Every text that shows a database's password: the URLs, the password, and the encoded password. A password that equals the
 * name of the user or of the database is left out, because hiding it would hide those names everywhere.
 */
export function secretsOf({ url, directUrl }: Pick<Database, "url" | "directUrl">): readonly string[] {
  const { user, password, database } = parseUrl(directUrl);
  if (password === "") return [];
  const encoded = new URL(directUrl).password;
  const bare = password === user || password === database ? [] : [password, encodeURIComponent(password), encoded];
  return [...new Set([...bare, url, directUrl])];
}
