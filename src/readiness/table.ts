import { codeOf, OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { withLock } from "../postgres/lock.ts";
import { LOST_CREATION_RACE, SQLSTATE } from "../postgres/sqlstate.ts";
import type { Deadline } from "../deadline.ts";

const CREATE = `
create schema if not exists offshoot;
create table if not exists offshoot.readiness (
  database_id text not null,
  run text not null,
  fingerprint text not null,
  invocation text,
  state text not null check (state in ('migrating', 'sealing', 'ready', 'failed')),
  attempt integer not null,
  epoch integer not null,
  owner jsonb not null,
  backend_pid integer,
  started_at timestamptz not null,
  beat_at timestamptz not null,
  finished_at timestamptz,
  error jsonb,
  primary key (database_id, run, fingerprint)
);
create table if not exists offshoot.waiters (
  id text primary key,
  database_id text not null,
  owner jsonb not null,
  count integer not null,
  since timestamptz not null,
  expires_at timestamptz not null
);
comment on schema offshoot is 'Readiness markers of offshoot; not part of the application''s schema.'`;

/**
 * Creates our tables where they are missing. `if not exists` alone is not safe against a second creator
 * (two of them meet in pg_namespace's unique index), hence the lock.
 * Throws `PRIVILEGE_MISSING` when the role may not.
 */
export async function ensureTables(session: Session, within: Deadline): Promise<void> {
  if (await tablesExist(session)) return;
  try {
    await withLock(session, "offshoot:bootstrap", within, async () => {
      if (!(await tablesExist(session))) await session.query(CREATE);
    });
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === SQLSTATE.insufficientPrivilege) throw privilegeMissing(thrown);
    if (code === undefined || !LOST_CREATION_RACE.includes(code)) throw thrown;
  }
}

async function tablesExist(session: Session): Promise<boolean> {
  const [row] = await session.query<{ found: boolean }>(
    `select count(*) = 2 as found from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'offshoot' and c.relname in ('readiness', 'waiters')`,
  );
  return row?.found ?? false;
}

/** Our error for a role that lacks a right which the gate needs. */
export function privilegeMissing(thrown: unknown): OffshootError {
  return new OffshootError("PRIVILEGE_MISSING", "The database role lacks a right that the gate needs.", {
    meaning: thrown instanceof Error ? `Postgres says: ${thrown.message}.` : undefined,
    remedy:
      "The role must own schema offshoot or be allowed to create it (GRANT CREATE ON DATABASE … TO …), and all jobs must use one role.",
    facts: { sqlstate: codeOf(thrown) },
  });
}
