import { type Session, withSession } from "../../../src/postgres/connect.ts";
import { identifier, literal } from "../../../src/postgres/identifier.ts";
import type { Branch } from "../state.ts";
import { adminUrl } from "./cluster.ts";
import type { Machine } from "./machine.ts";

/** The roles and databases that were created for a branch. Only these are dropped when the branch's state loses them. */
export interface Configured {
  readonly roles: Set<string>;
  readonly databases: Set<string>;
}

/** Changes the roles, passwords and databases of a server to those in the branch's state. */
export async function configureServer(machine: Machine, port: number, branch: Branch, before: Configured): Promise<Configured> {
  await withSession(adminUrl(machine, port), async (session) => {
    await makeSuperuserGroup(session);
    const roles = await names(session, "select rolname as name from pg_roles");
    for (const { name, password, noLogin } of branch.roles.values()) {
      const login = noLogin ? "nologin" : `login password ${literal(password)}`;
      // The same attributes as roles that are created through Neon's API.
      if (!roles.has(name))
        await session.query(`create role ${identifier(name)} inherit createrole createdb bypassrls replication in role neon_superuser`);
      await session.query(`alter role ${identifier(name)} ${login}`);
    }
    const databases = await names(session, "select datname as name from pg_database");
    for (const { name, ownerName } of branch.databases.values()) {
      if (!databases.has(name)) await session.query(`create database ${identifier(name)} owner ${identifier(ownerName)}`);
      else if (before.databases.has(name)) await session.query(`alter database ${identifier(name)} owner to ${identifier(ownerName)}`);
    }
    for (const name of missing(before.databases, branch.databases))
      await session.query(`drop database if exists ${identifier(name)} with (force)`);
    for (const name of missing(before.roles, branch.roles)) await session.query(`drop role if exists ${identifier(name)}`);
  });
  return { roles: new Set(branch.roles.keys()), databases: new Set(branch.databases.keys()) };
}

/** Gives a database another name, and ends the sessions that keep the server from that. */
export async function renameDatabase(machine: Machine, port: number, from: string, to: string): Promise<void> {
  await withSession(adminUrl(machine, port), async (session) => {
    await session.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${literal(from)}`);
    await session.query(`alter database ${identifier(from)} rename to ${identifier(to)}`);
  });
}

/** Empties every table of every database, as in a new schema-only branch. */
export async function emptyTables(machine: Machine, port: number): Promise<void> {
  const databases = await withSession(adminUrl(machine, port), (session) =>
    names(session, "select datname as name from pg_database where datallowconn and not datistemplate"),
  );
  for (const database of databases) {
    await withSession(adminUrl(machine, port, database), async (session) => {
      const tables = await names(
        session,
        `select format('%I.%I', nspname, relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
         where relkind in ('r', 'p') and nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_'`,
      );
      if (tables.size > 0) await session.query(`truncate ${[...tables].join(", ")} cascade`);
    });
  }
}

async function makeSuperuserGroup(session: Session): Promise<void> {
  const [row] = await session.query("select 1 from pg_roles where rolname = 'neon_superuser'");
  if (row !== undefined) return;
  await session.query("create role neon_superuser createdb createrole nologin bypassrls");
  const groups = await names(
    session,
    `select rolname as name from pg_roles where rolname in
     ('pg_read_all_data', 'pg_write_all_data', 'pg_monitor', 'pg_signal_backend', 'pg_create_subscription')`,
  );
  for (const group of groups) await session.query(`grant ${identifier(group)} to neon_superuser with admin option`);
}

function missing(known: ReadonlySet<string>, kept: ReadonlyMap<string, unknown>): string[] {
  return [...known].filter((name) => !kept.has(name));
}

async function names(session: Session, sql: string): Promise<Set<string>> {
  return new Set((await session.query<{ name: string }>(sql)).map((row) => row.name));
}
