import { json, type ObjectQuery } from "./object-query.ts";
import { ownRoutine, signatureOf } from "./routines.ts";
import { notOfExtension, notOfPlatform, roleName, type Named } from "./scope.ts";

/** The rights on one object of all roles but its owner. An object without an access list has the default rights of Postgres. */
export interface Grant extends Named {
  readonly on: "schema" | "relation" | "column" | "routine" | "type";
  /** Such as `reader=SELECT`. A star at the end is the grant option. */
  readonly rights: readonly string[];
}

const right = `pg_catalog.format('%s=%s%s', ${roleName("x.grantee")}, x.privilege_type, case when x.is_grantable then '*' else '' end)`;

/**
 * The owner of a table also has the rights on its columns, so they are left out too. Without an access list, only the owner has
 * rights on a relation or a schema, but all roles have some on a routine or a type (PostgreSQL documentation, 5.8).
 */
export const grants: ObjectQuery<Grant> = {
  id: "g.kind || ' ' || g.id",
  properties: { name: "g.id", on: "g.kind", rights: json("g.rights") },
  from: `
from (
  select k.kind, k.id, (
    select pg_catalog.jsonb_agg(l.line order by l.line collate "C")
    from (select distinct ${right} as line from pg_catalog.aclexplode(k.acl) x where x.grantee <> k.owner and ${notOfPlatform("x.grantee")}) l) as rights
  from (
    select 'relation' as kind, id, relowner as owner, relacl as acl
    from rel where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and relacl is not null
    union all
    select 'column', pg_catalog.format('%s.%I', r.id, a.attname), r.relowner, a.attacl
    from pg_catalog.pg_attribute a join rel r on r.oid = a.attrelid where a.attacl is not null and not a.attisdropped
    union all
    select 'schema', pg_catalog.format('%I', nspname), nspowner, nspacl from ns where not of_extension and nspacl is not null
    union all
    select 'routine', pg_catalog.format('%I.%I%s', n.nspname, p.proname, ${signatureOf("p")}), p.proowner, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
    from pg_catalog.pg_proc p join ns n on n.oid = p.pronamespace where ${ownRoutine}
    union all
    select 'type', pg_catalog.format('%I.%I', n.nspname, t.typname), t.typowner, coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))
    from pg_catalog.pg_type t join ns n on n.oid = t.typnamespace left join pg_catalog.pg_class c on c.oid = t.typrelid
    where (t.typtype in ('e', 'd', 'r') or c.relkind = 'c') and ${notOfExtension("pg_type", "t.oid")}
  ) k
) g
where g.rights is not null`,
};

/** The name is `owner in app for tables`. Those `in every schema` replace the rights that Postgres gives; others are added to them. */
export interface DefaultPrivilege extends Named {
  readonly rights: readonly string[];
}

const objects = `case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
      when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end`;

export const defaultPrivileges: ObjectQuery<DefaultPrivilege> = {
  id: "d.id",
  properties: { name: "d.id", rights: json("d.rights") },
  from: `
from (
  select pg_catalog.format('%s in %s for %s', pg_catalog.pg_get_userbyid(a.defaclrole), coalesce(n.nspname::pg_catalog.text, 'every schema'), ${objects}) as id,
    coalesce((select pg_catalog.jsonb_agg(l.line order by l.line collate "C") from (select ${right} as line from pg_catalog.aclexplode(a.defaclacl) x) l), '[]') as rights
  from pg_catalog.pg_default_acl a left join ns n on n.oid = a.defaclnamespace
  where (a.defaclnamespace = 0 or n.oid is not null) and ${notOfPlatform("a.defaclrole")}
) d`,
};
