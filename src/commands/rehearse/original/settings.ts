import type { Session } from "../../../postgres/session.ts";
import { identifier, literal } from "../../../postgres/identifier.ts";

/** A setting with which the sessions of the original's own role start in its database. */
export interface OriginalSetting {
  readonly name: string;
  readonly value: string;
  /** Whether it is set for the role, and not for the whole database. */
  readonly isOfRole: boolean;
}

/** What only a superuser can set in production, and what changes how statements work. */
const OF_SUPERUSERS: ReadonlySet<string> = new Set(["session_replication_role"]);
/** Names of what the server of the copy does not have. */
const OF_THE_SERVER: ReadonlySet<string> = new Set(["local_preload_libraries", "default_tablespace", "temp_tablespaces"]);
/** What changes neither the meaning of statements nor their time, or is set in other ways in a copy. */
const UNIMPORTANT = /^(?:log_|track_|auto_explain\.|pgaudit\.|pg_stat_statements\.|session_preload_libraries$|local_preload_libraries$)/;
/** They can have code that every session runs, also one that has fewer rights. */
const OF_LANGUAGES = /^pl(?:perl|tcl|python)/i;
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
  return rows.filter(({ name }, at) => rows.findIndex((each) => each.name === name) === at);
}

/**
 * Gives a copy the settings that every role could set in its own session, and those that belong to no library. Others could give
 * a role rights, such as `plperl.on_init`. `role`: who uses the copy, where it is not the owner of the URL.
 * Returns the names of those that were not set. Their values can be secrets.
 */
export async function takeSettings(
  session: Session,
  { database, role }: { readonly database: string; readonly role: string | undefined },
  settings: readonly OriginalSetting[],
): Promise<readonly string[]> {
  if (settings.length === 0) return [];
  const isTaken = await takable(session);
  const left: string[] = [];
  for (const setting of settings) {
    const { name, isOfRole } = setting;
    // The superuser opens sessions there too, and must not become another role.
    const isForRole = isOfRole || name === "role";
    const whose =
      isForRole && role !== undefined
        ? `alter role ${identifier(role)} in database ${identifier(database)}`
        : `alter database ${identifier(database)}`;
    const isPossible = isTaken(name) && !(name === "role" && role === undefined);
    if (isPossible && (await isDone(session, statementFor(setting, whose)))) continue;
    if (!UNIMPORTANT.test(name)) left.push(name);
  }
  return left.toSorted();
}

/** Which settings a copy can have, by their names. */
async function takable(session: Session): Promise<(name: string) => boolean> {
  const rows = await session.query<{ name: string; context: string }>("select name, context from pg_catalog.pg_settings");
  const contexts = new Map(rows.map(({ name, context }) => [name, context]));
  const extensions = await session.query<{ name: string }>("select name::pg_catalog.text from pg_catalog.pg_available_extensions");
  const libraries = new Set(extensions.map(({ name }) => name));
  return (name) => {
    if (OF_THE_SERVER.has(name) || OF_LANGUAGES.test(name)) return false;
    const context = contexts.get(name);
    if (context === undefined) return OWN_NAME.test(name) && !libraries.has(name.slice(0, name.indexOf(".")).toLowerCase());
    return context === "user" || OF_SUPERUSERS.has(name);
  };
}

/** The statements of one message, which is one transaction. */
function statementFor({ name, value }: OriginalSetting, whose: string): string {
  const key = name.split(".").map(identifier).join(".");
  // As another role or with another encoding, the session could not continue.
  if (name === "role" || name === "client_encoding") return `${whose} set ${key} to ${literal(value)}`;
  // A list is stored as it was written. `set … to` would make one name of it, and would not see that an access method is missing.
  return `select pg_catalog.set_config(${literal(name)}, ${literal(value)}, true); ${whose} set ${key} from current`;
}

async function isDone(session: Session, sql: string): Promise<boolean> {
  return session.query(sql).then(
    () => true,
    (thrown: unknown) => {
      if (session.lost.aborted) throw thrown;
      return false;
    },
  );
}
