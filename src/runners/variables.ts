import type { Env } from "../environment.ts";
import { MARK } from "../process/marked.ts";

/** Variables with which libpq would reach another server than PGHOST says. */
const OVERRIDING = ["PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGPASSFILE", "PGSSLMODE", "PGSSLROOTCERT"];

/** Sets the variables of a database, and removes those that would lead to another one. */
export function setVariables(env: NodeJS.ProcessEnv, variables: Readonly<Record<string, string>>): void {
  for (const name of OVERRIDING) delete env[name];
  for (const [name, value] of Object.entries(variables)) env[name] = value;
}

/**
 * Variables with which every connection fails, and whose host says why: a test without a clone of its own must not reach the
 * run's database, and even less the database of a developer.
 */
export function unusableVariables(words: string): Readonly<Record<string, string>> {
  // A label of a host name has at most 63 characters. `.invalid` never exists (RFC 2606).
  const host = `${words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/-+$/, "")}.invalid`;
  const url = `postgresql://offshoot:none@${host}:1/none`;
  return {
    DATABASE_URL: url,
    DATABASE_URL_UNPOOLED: url,
    PGHOST: host,
    PGPORT: "1",
    PGUSER: "offshoot",
    PGPASSWORD: "none",
    PGDATABASE: "none",
  };
}

/** Whether this is a process of a command that `offshoot run` started with the URLs of its database. */
export function isBelowCommand(env: Env): boolean {
  return (env[MARK] ?? "") !== "" && (env["OFFSHOOT_DATABASE_ID"] ?? "") !== "";
}
