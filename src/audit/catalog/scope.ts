import { literal } from "../../postgres/identifier.ts";

/** Our own bookkeeping: never part of anybody's schema. */
export const OWN_SCHEMA = "offshoot";

/**
 * The common table expressions that every fragment builds on: `ext` (members of extensions), `ns` (the wanted
 * schemas) and `rel` (their relations with a quoted `id`). Ordinary users can't create schemas named `pg_…`.
 */
export function scope(schemas: readonly string[] | undefined): string {
  const wanted = schemas === undefined ? "true" : `n.nspname = any(array[${schemas.map(literal).join(", ")}]::name[])`;
  return `
ext as materialized (
  select classid, objid from pg_depend where deptype = 'e' and refclassid = 'pg_extension'::regclass
),
ns as materialized (
  select n.*, exists (select from ext where classid = 'pg_namespace'::regclass and objid = n.oid) as of_extension
  from pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', ${literal(OWN_SCHEMA)}) and ${wanted}
),
rel as materialized (
  select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as id
  from pg_class c join ns n on n.oid = c.relnamespace
  where ${notOfExtension("pg_class", "c.oid")}
)`;
}

/** A condition: the object is no member of an extension. */
export function notOfExtension(catalog: string, oid: string): string {
  return `not exists (select from ext where classid = '${catalog}'::regclass and objid = ${oid})`;
}

/** A role's name, or `public`, for an oid in an access list. */
export function roleName(oid: string): string {
  return `case when ${oid} = 0 then 'public' else pg_get_userbyid(${oid})::text end`;
}

/** What every object of the catalog has. */
export interface Named {
  /** Unique within its kind, quoted as in SQL: `app.orders`, `app.orders.total`, `app.total(bigint, text)`. */
  readonly id: string;
  /** Unquoted. */
  readonly name: string;
}

/** An object that lives in a schema. */
export interface InSchema extends Named {
  /** Unquoted. */
  readonly schema: string;
}

/** An object that belongs to a table, view or materialized view of its schema. */
export interface OnTable extends InSchema {
  /** Unquoted. */
  readonly table: string;
}
