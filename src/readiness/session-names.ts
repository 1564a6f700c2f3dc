import { createHash } from "node:crypto";

/** The names of migrations' sessions, as a regular expression of Postgres. Its group is the epoch. */
export const MIGRATION_NAME = "^offshoot:migrate:[0-9a-f]+:([0-9]{1,9})$";

/** The name of a migration's sessions, by which a later leader finds them. */
export function migrationName(run: string, epoch: number): string {
  return `offshoot:migrate:${createHash("sha256").update(run).digest("hex").slice(0, 12)}:${epoch}`;
}

/** The name of one session that passes the broker, from 16 hexadecimal digits. At most 63 bytes, the limit of Postgres. */
export function sessionName(name: string, nonce: string): string {
  const end = name.lastIndexOf(":");
  return name.slice(0, end) + nonce + name.slice(end);
}
