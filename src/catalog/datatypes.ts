import { json, list, aggregateList, type PropertyExpressions, type ObjectQuery } from "./object-query.ts";
import { notOfExtension, type InSchema } from "./scope.ts";

const fromTypes = "from pg_catalog.pg_type t join ns n on n.oid = t.typnamespace";
const own = notOfExtension("pg_type", "t.oid");
const id = "pg_catalog.format('%I.%I', n.nspname, t.typname)";
const named = { schema: "n.nspname", name: "t.typname", owner: "pg_catalog.pg_get_userbyid(t.typowner)" };

export interface Enum extends InSchema {
  readonly owner: string;
  /** In the order of the enum. */
  readonly labels: readonly string[];
}

export const enums: ObjectQuery<Enum> = {
  id,
  properties: {
    ...named,
    labels: json(
      "coalesce((select pg_catalog.jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid), '[]')",
    ),
  },
  from: `${fromTypes} where t.typtype = 'e' and ${own}`,
};

/** The checks of a domain are in the constraints of the catalog. */
export interface Domain extends InSchema {
  readonly owner: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly default?: string;
  readonly collation?: string;
}

export const domains: ObjectQuery<Domain> = {
  id,
  properties: {
    ...named,
    type: "pg_catalog.format_type(t.typbasetype, t.typtypmod)",
    nullable: json("not t.typnotnull"),
    // `typdefault` has the same as text, but its names depend on the search path at the creation of the domain.
    default: "pg_catalog.pg_get_expr(t.typdefaultbin, 0)",
    collation: "case when t.typcollation <> b.typcollation then t.typcollation::pg_catalog.regcollation end",
  },
  from: `${fromTypes} join pg_catalog.pg_type b on b.oid = t.typbasetype where t.typtype = 'd' and ${own}`,
};

interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly collation?: string;
}

export interface Composite extends InSchema {
  readonly owner: string;
  readonly attributes: readonly Attribute[];
}

const attribute: PropertyExpressions<Attribute> = {
  name: "a.attname",
  type: "pg_catalog.format_type(a.atttypid, a.atttypmod)",
  collation: "case when a.attcollation <> b.typcollation then a.attcollation::pg_catalog.regcollation end",
};

export const composites: ObjectQuery<Composite> = {
  id,
  properties: {
    ...named,
    attributes: list(
      `coalesce((
        select ${aggregateList(attribute, "a.attnum")} from pg_catalog.pg_attribute a join pg_catalog.pg_type b on b.oid = a.atttypid
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped), '[]')`,
      attribute,
    ),
  },
  from: `${fromTypes} join pg_catalog.pg_class c on c.oid = t.typrelid where c.relkind = 'c' and ${own}`,
};

export interface Range extends InSchema {
  readonly owner: string;
  readonly subtype: string;
  readonly operatorClass: string;
  readonly collation?: string;
  readonly canonical?: string;
  readonly difference?: string;
  /** The name of the multirange type that belongs to the range. */
  readonly multirange?: string;
}

export const ranges: ObjectQuery<Range> = {
  id,
  properties: {
    ...named,
    subtype: "pg_catalog.format_type(r.rngsubtype, null)",
    operatorClass: `(select pg_catalog.format('%I.%I', on_.nspname, o.opcname)
      from pg_catalog.pg_opclass o join pg_catalog.pg_namespace on_ on on_.oid = o.opcnamespace where o.oid = r.rngsubopc)`,
    collation: "nullif(r.rngcollation, 0)::pg_catalog.regcollation",
    canonical: "nullif(r.rngcanonical::pg_catalog.oid, 0)::pg_catalog.regproc",
    difference: "nullif(r.rngsubdiff::pg_catalog.oid, 0)::pg_catalog.regproc",
    multirange: `(select pg_catalog.format('%I.%I', mn.nspname, m.typname)
      from pg_catalog.pg_type m join pg_catalog.pg_namespace mn on mn.oid = m.typnamespace where m.oid = r.rngmultitypid)`,
  },
  from: `${fromTypes} join pg_catalog.pg_range r on r.rngtypid = t.oid where ${own}`,
};
