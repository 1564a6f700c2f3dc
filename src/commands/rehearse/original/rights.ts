import type { Session } from "../../../postgres/session.ts";
import { identifier } from "../../../postgres/identifier.ts";
import type { CopiedRoles } from "../../../providers/local/plan-roles.ts";
import { type OwnedObject, readOwners } from "../../../providers/local/owner-statements.ts";

/** Who owns what in a database, and who has which rights. */
export interface Rights {
  readonly owners: readonly OwnedObject[];
  readonly grants: readonly Grant[];
  readonly defaults: readonly DefaultGrant[];
  /** Of the database itself: its owner, and what its own role can do there. */
  readonly database: { readonly owner: string; readonly canCreate: boolean; readonly canUseTemporary: boolean };
}

/** A right on an object that has any explicit grants. `grantee` is null for `public`; `privilege` is null if nobody has any. */
interface Grant extends Record<string, unknown> {
  readonly kind: string;
  readonly identity: string;
  readonly column: string | null;
  readonly grantee: string | null;
  readonly privilege: string | null;
  readonly grantable: boolean;
}

interface DefaultGrant extends Record<string, unknown> {
  readonly role: string;
  readonly schema: string | null;
  readonly objects: string;
  readonly grantee: string | null;
  readonly privilege: string | null;
  readonly grantable: boolean;
}

/** Objects of users on which rights can be granted. `$1`: only those with explicit rights. */
const GRANTED = `with object (classid, objid, name, acl, kind) as (
    select 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, null, nspacl, 'schema' from pg_catalog.pg_namespace
      where nspname !~ '^pg_' and nspname <> 'information_schema'
    union all select 'pg_catalog.pg_class'::pg_catalog.regclass, oid, null, relacl, case relkind when 'S' then 'sequence' else 'table' end
      from pg_catalog.pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all select 'pg_catalog.pg_class'::pg_catalog.regclass, attrelid, attname::pg_catalog.text, attacl, 'table'
      from pg_catalog.pg_attribute where attacl is not null and not attisdropped
    union all select 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, null, proacl, 'routine' from pg_catalog.pg_proc
    union all select 'pg_catalog.pg_type'::pg_catalog.regclass, oid, null, typacl, 'type' from pg_catalog.pg_type
      where typtype in ('b', 'c', 'd', 'e', 'r') and typelem = 0)
  select o.kind, i.identity, o.name as column, g.rolname::pg_catalog.text as grantee, pg_catalog.lower(a.privilege_type) as privilege,
    coalesce(a.is_grantable, false) as grantable
  from object o cross join lateral pg_catalog.pg_identify_object(o.classid, o.objid, 0) i
    left join lateral pg_catalog.aclexplode(o.acl) a on true left join pg_catalog.pg_roles g on g.oid = a.grantee
  where (o.objid >= 16384 or o.kind = 'schema') and (not $1 or o.acl is not null) and (a.grantee is null or a.grantee = 0 or g.oid is not null)`;

const DEFAULTS = `select r.rolname::pg_catalog.text as role, n.nspname::pg_catalog.text as schema, case d.defaclobjtype when 'r' then 'tables'
    when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end as objects,
    g.rolname::pg_catalog.text as grantee, pg_catalog.lower(a.privilege_type) as privilege, coalesce(a.is_grantable, false) as grantable
  from pg_catalog.pg_default_acl d join pg_catalog.pg_roles r on r.oid = d.defaclrole
    left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
    left join lateral pg_catalog.aclexplode(d.defaclacl) a on true left join pg_catalog.pg_roles g on g.oid = a.grantee
  where a.grantee is null or a.grantee = 0 or g.oid is not null`;

const DATABASE = `select pg_catalog.pg_get_userbyid(datdba)::pg_catalog.text as owner,
    pg_catalog.has_database_privilege(oid, 'create') as "canCreate", pg_catalog.has_database_privilege(oid, 'temporary') as "canUseTemporary"
  from pg_catalog.pg_database where datname = pg_catalog.current_database()`;

export async function readRights(session: Session): Promise<Rights> {
  const [database] = await session.query<Rights["database"] & Record<string, unknown>>(DATABASE);
  if (database === undefined) throw new TypeError("a session has a database");
  return {
    owners: await readOwners(session),
    grants: await session.query<Grant>(GRANTED, [true]),
    defaults: await session.query<DefaultGrant>(DEFAULTS),
    database,
  };
}

/**
 * The statements for a copy of the same objects. What was read on the other server is only compared: the statements have the names
 * that the copy's own server writes. Rights of roles that the copy does not have are left out.
 */
export async function rightStatements(session: Session, rights: Rights, roles: CopiedRoles): Promise<readonly string[]> {
  const here = await readOwners(session);
  const ownerOf = new Map(rights.owners.map(({ type, identity, owner }) => [`${type} ${identity}`, owner]));
  const owners = here.flatMap(({ type, identity, owner }) => {
    const wanted = ownerHere(ownerOf.get(`${type} ${identity}`), roles);
    return wanted === undefined || wanted === owner ? [] : [`alter ${type} ${identity} owner to ${identifier(wanted)}`];
  });
  const present = await session.query<Grant>(GRANTED, [false]);
  const known = new Set(present.map(({ kind, identity }) => `${kind} ${identity}`));
  const grants = rights.grants.filter(({ kind, identity }) => known.has(`${kind} ${identity}`));
  const whole = grants.filter(({ column }) => column === null).map(({ kind, identity }) => `${kind} ${identity}`);
  return [
    ...owners,
    // Everybody has rights on a new function or type.
    ...[...new Set(whole)].map((object) => `revoke all on ${object} from public`),
    ...grants.flatMap((grant) => grantStatement(grant, roles)),
    ...defaultStatements(rights.defaults, roles),
  ];
}

/** What belongs to a role that the copy does not have must not belong to the role of the migrations. */
export function ownerHere(owner: string | undefined, { names, stranger }: CopiedRoles): string | undefined {
  if (owner === undefined) return undefined;
  return names.get(owner) ?? (owner.startsWith("pg_") ? undefined : stranger);
}

function granteeHere(grantee: string | null, { names }: CopiedRoles): string | undefined {
  if (grantee === null) return "public";
  const name = names.get(grantee) ?? (grantee.startsWith("pg_") ? grantee : undefined);
  return name === undefined ? undefined : identifier(name);
}

const PRIVILEGE = /^[a-z ]+$/;

function grantStatement({ kind, identity, column, grantee, privilege, grantable }: Grant, roles: CopiedRoles): readonly string[] {
  const to = granteeHere(grantee, roles);
  if (to === undefined || privilege === null || !PRIVILEGE.test(privilege)) return [];
  const of = column === null ? "" : ` (${identifier(column)})`;
  return [`grant ${privilege}${of} on ${kind} ${identity} to ${to}${withOption(grantable, to)}`];
}

/** Rights on objects that a role is going to create. An entry for all schemas replaces the rights that Postgres gives, and one for a schema adds to them. */
function defaultStatements(defaults: Rights["defaults"], roles: CopiedRoles): readonly string[] {
  const statements = defaults.flatMap(({ role, schema, objects, grantee, privilege, grantable }) => {
    const creator = roles.names.get(role);
    if (creator === undefined) return [];
    const alter = `alter default privileges for role ${identifier(creator)}${schema === null ? "" : ` in schema ${identifier(schema)}`}`;
    const to = granteeHere(grantee, roles);
    const closed = schema === null ? [{ step: 1, sql: `${alter} revoke all on ${objects} from public, ${identifier(creator)}` }] : [];
    if (to === undefined || privilege === null || !PRIVILEGE.test(privilege)) return closed;
    return [...closed, { step: 2, sql: `${alter} grant ${privilege} on ${objects} to ${to}${withOption(grantable, to)}` }];
  });
  return [...new Set(statements.toSorted((one, other) => one.step - other.step).map(({ sql }) => sql))];
}

function withOption(grantable: boolean, to: string): string {
  return grantable && to !== "public" ? " with grant option" : "";
}
