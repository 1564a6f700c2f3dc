import { literal } from "../postgres/identifier.ts";

/** The schema of offshoot's own tables. It is never part of a catalog. */
export const OWN_SCHEMA = "offshoot";

/**
 * The internal objects of Neon in a database. Neon's superuser owns the schemas `neon` and `neon_migration` and some tables of
 * the database `postgres`. The default privileges of each database grant rights to a group role of all users
 * (neondatabase/neon, `compute_tools/src/sql/default_grants.sql` and `src/migrations/`). Other servers do not have these
 * objects, and migrations do not create them.
 */
export const PLATFORM = { roles: ["cloud_admin", "neon_superuser"], extensions: ["neon"] } as const;

/**
 * The common table expressions for all object queries: `ext` (members of extensions), `platform` (roles of the platform), `ns`
 * (the schemas to read) and `rel` (their relations with a quoted `id`). Ordinary users cannot create schemas named `pg_…`. The
 * schema `public` is always read: on some servers the platform owns it, but users put their objects there.
 */
export function scope(schemas: readonly string[] | undefined): string {
  const isSelected = schemas === undefined ? "true" : `n.nspname = any(array[${schemas.map(literal).join(", ")}]::pg_catalog.name[])`;
  return `
ext as materialized (
  select classid, objid from pg_catalog.pg_depend where deptype = 'e' and refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
),
platform as materialized (
  select oid from pg_catalog.pg_roles where rolname in (${PLATFORM.roles.map(literal).join(", ")})
),
ns as materialized (
  select n.*, exists (select from ext where classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and objid = n.oid) as of_extension
  from pg_catalog.pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', ${literal(OWN_SCHEMA)}) and ${isSelected}
    and (n.nspname = 'public' or ${notOfPlatform("n.nspowner")})
),
rel as materialized (
  select c.*, n.nspname, pg_catalog.format('%I.%I', n.nspname, c.relname) as id
  from pg_catalog.pg_class c join ns n on n.oid = c.relnamespace
  where ${notOfExtension("pg_class", "c.oid")} and ${notOfPlatform("c.relowner")}
)`;
}

/** A condition: the object is not a member of an extension. */
export function notOfExtension(catalog: string, oid: string): string {
  return `not exists (select from ext where classid = '${catalog}'::pg_catalog.regclass and objid = ${oid})`;
}

/** A condition: the role does not belong to the platform. */
export function notOfPlatform(role: string): string {
  return `${role} not in (select oid from platform)`;
}

/** The name of the role with this oid in an access list; oid 0 is `public`. */
export function roleName(oid: string): string {
  return `case when ${oid} = 0 then 'public' else pg_catalog.pg_get_userbyid(${oid})::pg_catalog.text end`;
}

/** The properties of every object in the catalog. */
export interface Named {
  /** Unique within its kind, quoted as in SQL: `app.orders`, `app.orders.total`, `app.total(bigint, text)`. */
  readonly id: string;
  /** Unquoted. */
  readonly name: string;
}

/** An object in a schema. */
export interface InSchema extends Named {
  /** Unquoted. */
  readonly schema: string;
}

/** An object that belongs to a table, view or materialized view of its schema. */
export interface OnTable extends InSchema {
  /** Unquoted. */
  readonly table: string;
}
