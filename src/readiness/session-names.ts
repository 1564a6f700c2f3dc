import { createHash } from "node:crypto";
import { asciiKey } from "../ascii.ts";

/** What the names of migrations' sessions begin with. */
export const NAME_START = "offshoot:migrate:";

/** The names that the broker gives: after the hash of the run, 16 random hexadecimal digits. A regular expression of Postgres. */
export const BROKER_NAME = `^${NAME_START}[0-9a-f]{28}:[0-9]{1,9}$`;

/** The names of migrations' sessions, as a regular expression of Postgres. Its group is the epoch. */
export const MIGRATION_NAME = `^${NAME_START}[0-9a-f]+:([0-9]{1,9})$`;

/** The name of a migration's sessions, by which a later leader finds them. */
export function migrationName(run: string, epoch: number): string {
  return `${NAME_START}${createHash("sha256").update(asciiKey(run)).digest("hex").slice(0, 12)}:${epoch}`;
}

/** The name of one session that passes the broker, from 16 hexadecimal digits. At most 63 bytes, the limit of Postgres. */
export function sessionName(name: string, nonce: string): string {
  const end = name.lastIndexOf(":");
  return name.slice(0, end) + nonce + name.slice(end);
}
