import type { Session } from "../postgres/session.ts";

/** Time limits that a role has in a database, as they are written there. */
export interface RoleSettings {
  /** Such as `lock_timeout` to `5s`. */
  readonly limits: Readonly<Record<string, string>>;
}

const LIMITS = ["lock_timeout", "statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout"];

/** The more specific setting wins: of the role in the database, of the role, of the database, of all (PostgreSQL documentation, "ALTER ROLE"). */
const QUERY = `select setting from (
    select entry as setting, pg_catalog.row_number() over (partition by pg_catalog.split_part(entry, '=', 1)
      order by s.setrole operator(pg_catalog.=) 0::pg_catalog.oid, s.setdatabase operator(pg_catalog.=) 0::pg_catalog.oid) as place
    from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) entry
    where s.setrole operator(pg_catalog.=) any (array[0::pg_catalog.oid, (select oid from pg_catalog.pg_roles where rolname operator(pg_catalog.=) current_user)])
      and s.setdatabase operator(pg_catalog.=) any (array[0::pg_catalog.oid,
        (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())])) found
  where place operator(pg_catalog.=) 1`;

/** The time limits with which the role's sessions start in this database. Every role can read them. */
export async function readRoleSettings(session: Session): Promise<RoleSettings> {
  const rows = await session.query<{ setting: string }>(QUERY);
  const pairs = rows.map(({ setting }) => [setting.slice(0, setting.indexOf("=")), setting.slice(setting.indexOf("=") + 1)] as const);
  return {
    limits: Object.fromEntries(pairs.filter(([name, value]) => LIMITS.includes(name) && value !== "0")),
  };
}
