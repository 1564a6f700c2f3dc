import { notOfExtension, type InSchema } from "./scope.ts";

const fromTypes = `from pg_type t join ns n on n.oid = t.typnamespace`;
const own = notOfExtension("pg_type", "t.oid");
const id = "format('%I.%I', n.nspname, t.typname)";
const named = "'schema', n.nspname, 'name', t.typname, 'owner', pg_get_userbyid(t.typowner)";

export interface Enum extends InSchema {
  readonly owner: string;
  /** In their order. */
  readonly labels: readonly string[];
}

export const enums = `
select 'enums', ${id}, jsonb_build_object(${named}, 'labels',
  coalesce((select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid), '[]'))
${fromTypes} where t.typtype = 'e' and ${own}`;

/** Its checks are among the catalog's constraints. */
export interface Domain extends InSchema {
  readonly owner: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly default?: string;
  readonly collation?: string;
}

export const domains = `
select 'domains', ${id}, jsonb_strip_nulls(jsonb_build_object(${named},
  'type', format_type(t.typbasetype, t.typtypmod), 'nullable', not t.typnotnull, 'default', t.typdefault,
  'collation', case when t.typcollation <> b.typcollation then t.typcollation::regcollation::text end))
${fromTypes} join pg_type b on b.oid = t.typbasetype where t.typtype = 'd' and ${own}`;

export interface Composite extends InSchema {
  readonly owner: string;
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly collation?: string }[];
}

export const composites = `
select 'composites', ${id}, jsonb_build_object(${named}, 'attributes', coalesce((
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'collation', case when a.attcollation <> b.typcollation then a.attcollation::regcollation::text end)) order by a.attnum)
  from pg_attribute a join pg_type b on b.oid = a.atttypid
  where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped), '[]'))
${fromTypes} join pg_class c on c.oid = t.typrelid where c.relkind = 'c' and ${own}`;

export interface Range extends InSchema {
  readonly owner: string;
  readonly subtype: string;
  readonly operatorClass: string;
  readonly collation?: string;
  readonly canonical?: string;
  readonly difference?: string;
}

export const ranges = `
select 'ranges', ${id}, jsonb_strip_nulls(jsonb_build_object(${named},
  'subtype', format_type(r.rngsubtype, null),
  'operatorClass', (select format('%I.%I', on_.nspname, o.opcname)
    from pg_opclass o join pg_namespace on_ on on_.oid = o.opcnamespace where o.oid = r.rngsubopc),
  'collation', nullif(r.rngcollation, 0)::regcollation::text,
  'canonical', nullif(r.rngcanonical::oid, 0)::regproc::text,
  'difference', nullif(r.rngsubdiff::oid, 0)::regproc::text))
${fromTypes} join pg_range r on r.rngtypid = t.oid where ${own}`;
