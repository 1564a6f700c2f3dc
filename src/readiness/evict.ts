import { createHash } from "node:crypto";
import type { Session } from "../postgres/connect.ts";
import type { Deadline } from "../deadline.ts";

const NAME = "^offshoot:migrate:[0-9a-f]+:([0-9]{1,9})$";

/** What a migration's sessions are called, so that a successor finds them. At most 63 bytes, Postgres's limit. */
export function migrationName(run: string, epoch: number): string {
  return `offshoot:migrate:${createHash("sha256").update(run).digest("hex").slice(0, 12)}:${epoch}`;
}

/** Ends sessions that migrations of older epochs left in this database; how many there were. */
export async function endOlder(session: Session, epoch: number): Promise<number> {
  const rows = await session.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and substring(application_name from $1)::integer < $2`,
    [NAME, epoch],
  );
  return rows.length;
}

/** The same until none is left. */
export async function evictOlder(session: Session, epoch: number, within: Deadline): Promise<void> {
  while ((await endOlder(session, epoch)) > 0) await within.pause(50);
}
