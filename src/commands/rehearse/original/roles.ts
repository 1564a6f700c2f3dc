import type { Session } from "../../../postgres/session.ts";
import type { Membership, OriginalRole } from "../../../providers/local/copied-role-statements.ts";
import type { OriginalRoles } from "../../../providers/local/plan-roles.ts";

/** The roles of a server that is copied. */
export interface ServerRoles extends OriginalRoles {
  /** Names that are not among `roles`, because there are too many. */
  readonly leftOut: readonly string[];
  /** Rights of its own role that no role of a copy has, such as `createrole`. */
  readonly powers: readonly string[];
}

/** A server with more roles has one for each of its users. Those that the database uses are the first. */
const MOST = 300;

const POWERS = ["superuser", "createrole", "createdb", "replication"] as const;
/** Roles of Postgres that a copy has too. `pg_database_owner` has no members. */
const PREDEFINED = ["pg_read_all_data", "pg_write_all_data", "pg_maintain", "pg_database_owner"];

interface Row extends Record<string, unknown> {
  readonly name: string;
  readonly isOwn: boolean;
  readonly inherits: boolean;
  readonly attributes: readonly string[];
}

/** Those of Postgres are not listed, except as roles of which others are members. Everybody can read these catalogs. */
const ROLES = `select r.rolname::pg_catalog.text as name, r.rolname operator(pg_catalog.=) session_user as "isOwn", r.rolinherit as inherits,
    pg_catalog.array_remove(array[case when r.rolsuper then 'superuser' end, case when r.rolcreaterole then 'createrole' end,
      case when r.rolcreatedb then 'createdb' end, case when r.rolreplication then 'replication' end,
      case when r.rolbypassrls then 'bypassrls' end], null) as attributes
  from pg_catalog.pg_roles r
  where not pg_catalog.starts_with(r.rolname::pg_catalog.text, 'pg_')
  order by r.rolname operator(pg_catalog.=) session_user desc,
    pg_catalog.pg_has_role(session_user, r.oid, 'member') desc,
    exists (select from pg_catalog.pg_shdepend d where d.refobjid operator(pg_catalog.=) r.oid
      and d.dbid operator(pg_catalog.=) (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())) desc,
    r.rolname limit 20000`;

/** The options of a membership are columns since PostgreSQL 16. A membership can be granted by several roles. */
const MEMBERSHIPS = `select r.rolname::pg_catalog.text as role, m.rolname::pg_catalog.text as member, pg_catalog.bool_or(a.admin_option) as "isAdmin",
    pg_catalog.bool_or((pg_catalog.to_jsonb(a) operator(pg_catalog.->>) 'inherit_option')::pg_catalog.bool) as inherits,
    pg_catalog.bool_or((pg_catalog.to_jsonb(a) operator(pg_catalog.->>) 'set_option')::pg_catalog.bool) as "canSet"
  from pg_catalog.pg_auth_members a join pg_catalog.pg_roles r on r.oid operator(pg_catalog.=) a.roleid
    join pg_catalog.pg_roles m on m.oid operator(pg_catalog.=) a.member
  group by 1, 2 order by 1, 2 limit 100000`;

const POWERFUL = `select p.rolname::pg_catalog.text as name from pg_catalog.pg_roles p
  where pg_catalog.starts_with(p.rolname::pg_catalog.text, 'pg_') and pg_catalog.pg_has_role(session_user, p.oid, 'member')
    and not p.rolname::pg_catalog.text operator(pg_catalog.=) any ($1::pg_catalog.text[]) order by 1`;

/** Reads the roles of a server and who is a member of whom. */
export async function readRoles(session: Session): Promise<ServerRoles> {
  const rows = await session.query<Row>(ROLES);
  const memberships = await session.query<Record<string, unknown> & Nullable>(MEMBERSHIPS);
  const own = rows.find(({ isOwn }) => isOwn);
  const powerful = await session.query<{ name: string }>(POWERFUL, [PREDEFINED]);
  const attributes = POWERS.filter((each) => own?.attributes.includes(each) === true);
  const isSuperuser = attributes.includes("superuser");
  const kept = rows.slice(0, MOST);
  return {
    own: own?.name ?? "",
    roles: kept.map(({ name, inherits, attributes: rights }): OriginalRole => {
      const bypassesRls = rights.includes("superuser") || rights.includes("bypassrls");
      const memberOf = memberships.filter(({ member }) => member === name).map(toMembership);
      if (!isSuperuser) return { name, inherits, bypassesRls, memberOf };
      // A superuser can do what every role can do. No other role can be a member of one that is a member of it.
      if (name === own?.name)
        return { name, inherits: true, bypassesRls, memberOf: kept.map((each) => everything(each.name, memberships)) };
      return { name, inherits, bypassesRls, memberOf: memberOf.filter(({ role }) => role !== own?.name) };
    }),
    leftOut: rows.slice(MOST).map(({ name }) => name),
    // A superuser is a member of every role, as far as the server says.
    powers: isSuperuser ? ["superuser"] : [...attributes, ...powerful.map(({ name }) => `member of ${name}`)],
  };
}

interface Nullable {
  readonly role: string;
  readonly member: string;
  readonly isAdmin: boolean;
  readonly inherits: boolean | null;
  readonly canSet: boolean | null;
}

function toMembership({ role, isAdmin, inherits, canSet }: Nullable): Membership {
  return { role, isAdmin, ...(inherits === null || canSet === null ? {} : { inherits, canSet }) };
}

/** In PostgreSQL 16 and newer, `admin` alone does not let a role act as another one. */
function everything(role: string, memberships: readonly Nullable[]): Membership {
  const hasOptions = memberships.some(({ inherits }) => inherits !== null);
  return { role, isAdmin: true, ...(hasOptions ? { inherits: true, canSet: true } : {}) };
}
