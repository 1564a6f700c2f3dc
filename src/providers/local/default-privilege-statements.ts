import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";

interface Entry extends Record<string, unknown> {
  /** Null: every schema. */
  readonly schema: string | null;
  /** Such as `tables`. */
  readonly objects: string;
  readonly rights: readonly { readonly grantee: string | null; readonly privilege: string; readonly grantable: boolean }[];
}

/** The rights of everybody on new objects of these types, without default privileges (PostgreSQL documentation, 5.8). */
const BUILTIN: Readonly<Record<string, string>> = { functions: "execute", types: "usage" };

const ENTRIES = `
select n.nspname::pg_catalog.text as schema, case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
    when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end as objects,
  coalesce((select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('grantee', r.rolname, 'privilege', pg_catalog.lower(x.privilege_type), 'grantable', x.is_grantable))
    from pg_catalog.aclexplode(a.defaclacl) x left join pg_catalog.pg_roles r on r.oid = x.grantee where x.grantee = 0 or r.oid is not null), '[]') as rights
from pg_catalog.pg_default_acl a left join pg_catalog.pg_namespace n on n.oid = a.defaclnamespace
where pg_catalog.pg_get_userbyid(a.defaclrole) = $1`;

/** The statements that move all default privileges of one role to another, which takes its place in them too. */
export async function defaultPrivilegeStatements(session: Session, from: string, to: string): Promise<readonly string[]> {
  const entries = await session.query<Entry>(ENTRIES, [from]);
  return entries.flatMap(({ schema, objects, rights }) => {
    const alter = (role: string): string =>
      `alter default privileges for role ${identifier(role)}${schema === null ? "" : ` in schema ${identifier(schema)}`}`;
    const nameOf = (grantee: string | null, own: string): string =>
      grantee === null ? "public" : identifier(grantee === from ? own : grantee);
    const revoke = (role: string, names: readonly string[]): readonly string[] =>
      [...new Set(names)].map((name) => `${alter(role)} revoke all on ${objects} from ${name}`);
    // An entry for every schema starts from the built-in rights, and one for a schema from none.
    const closed = schema === null ? revoke(to, ["public", identifier(to)]) : [];
    const granted = rights.map(
      ({ grantee, privilege, grantable }) =>
        `${alter(to)} grant ${privilege} on ${objects} to ${nameOf(grantee, to)}${grantable ? " with grant option" : ""}`,
    );
    const removed = revoke(
      from,
      rights.map(({ grantee }) => nameOf(grantee, from)),
    );
    const builtin = BUILTIN[objects];
    const reset = [
      `${alter(from)} grant all on ${objects} to ${identifier(from)}`,
      ...(builtin === undefined ? [] : [`${alter(from)} grant ${builtin} on ${objects} to public`]),
    ];
    return [...closed, ...granted, ...removed, ...(schema === null ? reset : [])];
  });
}
