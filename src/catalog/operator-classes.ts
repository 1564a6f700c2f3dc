import { json, type ObjectQuery } from "./object-query.ts";
import { notOfExtension, type InSchema } from "./scope.ts";

export interface OperatorFamily extends InSchema {
  readonly owner: string;
  /** The access method, such as `btree`. */
  readonly method: string;
  /** The operators and functions that belong to none of its classes, as in `alter operator family … add`. */
  readonly members?: readonly string[];
}

export interface OperatorClass extends InSchema {
  readonly owner: string;
  readonly method: string;
  readonly type: string;
  /** The id of its family. Postgres creates one of the same name for a class without one. */
  readonly family: string;
  readonly default?: true;
  /** The type that the index stores, if it is not the type of the column. */
  readonly storage?: string;
  /** The operators and functions, as in `create operator class`. */
  readonly members?: readonly string[];
}

/** The id of a family `f` in a schema `fn` with the access method `m`. */
export const FAMILY_ID = "pg_catalog.format('%I.%I using %I', fn.nspname, f.opfname, m.amname)";

/** SQL: the members that depend on one object: the class, or only its family (`pg_depend`, as `pg_dump` reads them). */
export const membersOf = (catalog: string, oid: string): string => `(
  select pg_catalog.jsonb_agg(x.line order by x.line collate "C") from (
    select pg_catalog.format('operator %s %s%s', o.amopstrategy, o.amopopr::pg_catalog.regoperator, (
      select pg_catalog.format(' for order by %I.%I', sn.nspname, s.opfname)
      from pg_catalog.pg_opfamily s join pg_catalog.pg_namespace sn on sn.oid = s.opfnamespace where s.oid = o.amopsortfamily)) as line
    from pg_catalog.pg_depend d join pg_catalog.pg_amop o on o.oid = d.objid
    where d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass and d.refclassid = '${catalog}'::pg_catalog.regclass and d.refobjid = ${oid}
    union all
    select pg_catalog.format('function %s (%s, %s) %s', p.amprocnum, p.amproclefttype::pg_catalog.regtype, p.amprocrighttype::pg_catalog.regtype, p.amproc::pg_catalog.oid::pg_catalog.regprocedure)
    from pg_catalog.pg_depend d join pg_catalog.pg_amproc p on p.oid = d.objid
    where d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass and d.refclassid = '${catalog}'::pg_catalog.regclass and d.refobjid = ${oid}) x)`;

export const operatorFamilies: ObjectQuery<OperatorFamily> = {
  id: FAMILY_ID,
  properties: {
    schema: "fn.nspname",
    name: "f.opfname",
    owner: "pg_catalog.pg_get_userbyid(f.opfowner)",
    method: "m.amname",
    members: json(membersOf("pg_opfamily", "f.oid")),
  },
  from: `
from pg_catalog.pg_opfamily f join ns fn on fn.oid = f.opfnamespace join pg_catalog.pg_am m on m.oid = f.opfmethod
where ${notOfExtension("pg_opfamily", "f.oid")}`,
};

export const operatorClasses: ObjectQuery<OperatorClass> = {
  id: "pg_catalog.format('%I.%I using %I', n.nspname, c.opcname, m.amname)",
  properties: {
    schema: "n.nspname",
    name: "c.opcname",
    owner: "pg_catalog.pg_get_userbyid(c.opcowner)",
    method: "m.amname",
    type: "c.opcintype::pg_catalog.regtype",
    family: FAMILY_ID,
    default: json("nullif(c.opcdefault, false)"),
    storage: "nullif(c.opckeytype, 0)::pg_catalog.regtype",
    members: json(membersOf("pg_opclass", "c.oid")),
  },
  from: `
from pg_catalog.pg_opclass c join ns n on n.oid = c.opcnamespace join pg_catalog.pg_am m on m.oid = c.opcmethod
join pg_catalog.pg_opfamily f on f.oid = c.opcfamily join pg_catalog.pg_namespace fn on fn.oid = f.opfnamespace
where ${notOfExtension("pg_opclass", "c.oid")}`,
};
