import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";

/**
 * Every object of users that has an owner, with its own `alter … owner to`. Sequences of columns, partitions' row types and
 * array types follow another object. `pg_identify_object` writes the name of each as the command needs it.
 */
const OBJECTS = `
with owned (classid, objid, owner) as (
  select 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, nspowner from pg_catalog.pg_namespace
    where nspname !~ '^pg_' and nspname <> 'information_schema' and pg_catalog.pg_get_userbyid(nspowner) <> 'pg_database_owner'
  union all select 'pg_catalog.pg_class'::pg_catalog.regclass, oid, relowner from pg_catalog.pg_class c
    where relkind in ('r', 'p', 'v', 'm', 'f') or relkind = 'S' and not exists (select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype in ('a', 'i'))
  union all select 'pg_catalog.pg_proc'::pg_catalog.regclass, oid, proowner from pg_catalog.pg_proc
  union all select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, typowner from pg_catalog.pg_type t left join pg_catalog.pg_class c on c.oid = t.typrelid
    where typtype in ('e', 'd', 'r') or typtype = 'c' and c.relkind = 'c' or typtype = 'b' and typelem = 0
  union all select 'pg_catalog.pg_collation'::pg_catalog.regclass, oid, collowner from pg_catalog.pg_collation
  union all select 'pg_catalog.pg_operator'::pg_catalog.regclass, oid, oprowner from pg_catalog.pg_operator
  union all select 'pg_catalog.pg_opclass'::pg_catalog.regclass, oid, opcowner from pg_catalog.pg_opclass
  union all select 'pg_catalog.pg_opfamily'::pg_catalog.regclass, oid, opfowner from pg_catalog.pg_opfamily
  union all select 'pg_catalog.pg_conversion'::pg_catalog.regclass, oid, conowner from pg_catalog.pg_conversion
  union all select 'pg_catalog.pg_ts_config'::pg_catalog.regclass, oid, cfgowner from pg_catalog.pg_ts_config
  union all select 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, oid, dictowner from pg_catalog.pg_ts_dict
  union all select 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, oid, stxowner from pg_catalog.pg_statistic_ext
  union all select 'pg_catalog.pg_publication'::pg_catalog.regclass, oid, pubowner from pg_catalog.pg_publication
  union all select 'pg_catalog.pg_largeobject'::pg_catalog.regclass, oid, lomowner from pg_catalog.pg_largeobject_metadata
)`;

/** Objects that have an owner of their own, with their owners, without those of extensions. */
const OWNED = `${OBJECTS}
select case i.type when 'statistics object' then 'statistics' else i.type end as type, i.identity, pg_catalog.pg_get_userbyid(o.owner)::pg_catalog.text as owner
from owned o, pg_catalog.pg_identify_object(o.classid, o.objid, 0) i
where (o.objid >= 16384 or o.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass) and pg_catalog.pg_get_userbyid(o.owner) <> $1
  and not exists (select from pg_catalog.pg_depend d where d.classid = o.classid and d.objid = o.objid and d.deptype = 'e')
order by o.classid, o.objid`;

/**
 * Functions and tables of Postgres for some roles only, such as `pg_read_file` and `pg_authid`, which a grant in this
 * database opened to everybody. `pg_init_privs` holds the rights that they had at first.
 */
const OPENED = `
select 'function' as kind, p.oid::pg_catalog.regprocedure::pg_catalog.text as name
from pg_catalog.pg_proc p join pg_catalog.pg_init_privs i on i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass and i.objoid = p.oid and i.privtype = 'i'
where exists (select from pg_catalog.aclexplode(p.proacl) a where a.grantee = 0)
  and not exists (select from pg_catalog.aclexplode(i.initprivs) a where a.grantee = 0)
union all
select 'table', c.oid::pg_catalog.regclass::pg_catalog.text
from pg_catalog.pg_class c join pg_catalog.pg_init_privs i on i.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and i.objoid = c.oid and i.objsubid = 0 and i.privtype = 'i'
where exists (select from pg_catalog.aclexplode(c.relacl) a where a.grantee = 0)
  and not exists (select from pg_catalog.aclexplode(i.initprivs) a where a.grantee = 0)`;

/** An object that has an owner of its own. */
export interface OwnedObject {
  /** As in `alter … owner to`. */
  readonly type: string;
  readonly identity: string;
  readonly owner: string;
}

/** The objects of users in a database, with their owners. */
export async function readOwners(session: Session): Promise<readonly OwnedObject[]> {
  const rows = await session.query<{ type: string; identity: string; owner: string }>(OWNED, [""]);
  return rows;
}

/** The statements that make a role the owner of a database and of everything in it, and close what a grant opened to everybody. */
export async function ownerStatements(session: Session, role: string): Promise<readonly string[]> {
  const [database] = await session.query<{ name: string }>("select pg_catalog.current_database()::pg_catalog.text as name");
  const own = identifier(database?.name ?? "");
  const owned = await session.query<{ type: string; identity: string }>(OWNED, [role]);
  const opened = await session.query<{ kind: string; name: string }>(OPENED);
  return [
    `alter database ${own} owner to ${identifier(role)}`,
    `revoke all on database ${own} from public`,
    ...opened.map(({ kind, name }) => `revoke all on ${kind} ${name} from public`),
    ...owned.map(({ type, identity }) => `alter ${type} ${identity} owner to ${identifier(role)}`),
  ];
}
