import type { Session } from "../../../postgres/session.ts";
import { identifier, literal } from "../../../postgres/identifier.ts";

/** A setting with which the sessions of the original's own role start in its database. */
export interface OriginalSetting {
  readonly name: string;
  readonly value: string;
  /** Whether it is set for the role, and not for the whole database. */
  readonly isOfRole: boolean;
}

/** What every role can set, and what changes how SQL is read or how long it can take. Those of users have a dot in their names. */
const TAKEN: ReadonlySet<string> = new Set([
  "lock_timeout",
  "statement_timeout",
  "transaction_timeout",
  "idle_in_transaction_session_timeout",
  "search_path",
  "role",
  "row_security",
  "timezone",
  "datestyle",
  "intervalstyle",
  "bytea_output",
  "quote_all_identifiers",
  "standard_conforming_strings",
  "check_function_bodies",
  "default_text_search_config",
  "default_transaction_isolation",
  "default_transaction_read_only",
  "default_transaction_deferrable",
  "extra_float_digits",
  "xmlbinary",
  "xmloption",
]);
const OWN_NAME = /^[a-z_]\w*(?:\.[a-z_]\w*)+$/i;

/** The more specific setting wins, as in `rehearsal/role-settings.ts`. */
const QUERY = `select pg_catalog.split_part(entry, '=', 1) as name,
    pg_catalog.substr(entry, pg_catalog.strpos(entry, '=') operator(pg_catalog.+) 1) as value,
    s.setrole operator(pg_catalog.<>) 0::pg_catalog.oid as "isOfRole"
  from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) entry
  where s.setrole operator(pg_catalog.=) any (array[0::pg_catalog.oid, (select oid from pg_catalog.pg_roles where rolname operator(pg_catalog.=) session_user)])
    and s.setdatabase operator(pg_catalog.=) any (array[0::pg_catalog.oid,
      (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())])
  order by s.setrole operator(pg_catalog.=) 0::pg_catalog.oid, s.setdatabase operator(pg_catalog.=) 0::pg_catalog.oid`;

/** Every role can read them. */
export async function readSettings(session: Session): Promise<readonly OriginalSetting[]> {
  const rows = await session.query<OriginalSetting & Record<string, unknown>>(QUERY);
  const taken = rows.filter(({ name }) => TAKEN.has(name.toLowerCase()) || OWN_NAME.test(name));
  return taken.filter(({ name }, at) => taken.findIndex((each) => each.name === name) === at);
}

/** Gives a copy the settings. `role`: who uses it, where it is not the owner of the URL. A setting that the copy's server refuses is left out. */
export async function takeSettings(
  session: Session,
  { database, role }: { readonly database: string; readonly role: string | undefined },
  settings: readonly OriginalSetting[],
): Promise<void> {
  for (const { name, value, isOfRole } of settings) {
    // The superuser opens sessions there too, and must not become another role.
    const isForRole = isOfRole || name === "role";
    if (isForRole && role === undefined && name === "role") continue;
    const whose =
      isForRole && role !== undefined
        ? `alter role ${identifier(role)} in database ${identifier(database)}`
        : `alter database ${identifier(database)}`;
    const key = name.split(".").map(identifier).join(".");
    const set =
      name === "search_path"
        ? // It is stored as it was written. `set … to` would make one name of the list.
          `select pg_catalog.set_config('search_path', ${literal(value)}, true); ${whose} set search_path from current`
        : `${whose} set ${key} to ${literal(value)}`;
    await session.query(set).catch(() => undefined);
  }
}
