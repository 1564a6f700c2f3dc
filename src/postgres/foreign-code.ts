import type { Session } from "./session.ts";

/** What a statement does with a table. Reading also plans: Postgres calls immutable functions of indexes and statistics then. */
export type TableUse = "read" | "write";

/** The first oid of an object that `initdb` did not create. */
const FIRST_OF_USERS = 16_384;

/** An SQL condition: this function runs code that a user without superuser rights can write. */
const isForeign = (oid: string): string =>
  `exists (select from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
    where p.oid = ${oid} and p.oid >= ${FIRST_OF_USERS} and l.lanname not in ('internal', 'c'))`;

/**
 * An SQL condition: this function belongs to another role without superuser rights. The code of a trigger of our own role, or of a
 * superuser, has no rights that the session does not have.
 */
const isOthers = (oid: string): string =>
  `exists (select from pg_catalog.pg_proc p join pg_catalog.pg_roles its on its.oid = p.proowner
    where p.oid = ${oid} and not its.rolsuper and its.rolname <> current_user)`;

/** The parts of a table whose expressions Postgres can evaluate. A policy is evaluated for readers, a default only for writers. */
const parts = (use: TableUse): string => `
  select 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid as class, i.indexrelid as id, 'index' as kind
    from pg_catalog.pg_index i join t on i.indrelid = t.oid
  union all select 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid, 'statistics' from pg_catalog.pg_statistic_ext s join t on s.stxrelid = t.oid
  union all select 'pg_catalog.pg_policy'::pg_catalog.regclass, y.oid, 'policy' from pg_catalog.pg_policy y join t on y.polrelid = t.oid
  union all select 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid, 'constraint' from pg_catalog.pg_constraint k join t on k.conrelid = t.oid${
    use === "read"
      ? ""
      : `
  union all select 'pg_catalog.pg_attrdef'::pg_catalog.regclass, f.oid, 'default' from pg_catalog.pg_attrdef f join t on f.adrelid = t.oid`
  }`;

/** What runs only when a row is written. A foreign key that refers to the table can change rows of another one. */
const WRITTEN = `
  union all select 'trigger' from pg_catalog.pg_trigger g join t on g.tgrelid = t.oid where not g.tgisinternal and ${isOthers("g.tgfoid")}
  union all select 'rule' from pg_catalog.pg_rewrite w join t on w.ev_class = t.oid
  union all select 'foreign key' from pg_catalog.pg_constraint k join t on t.oid in (k.conrelid, k.confrelid) where k.contype = 'f'`;

/** A subquery: what of the tables in the first parameter (an array of quoted names) would run code of the database. */
export const foreignCode = (use: TableUse): string => `(
  with t as (
    select c.oid, c.relkind from pg_catalog.pg_class c
    where c.oid in (select pg_catalog.to_regclass(one)::pg_catalog.oid from pg_catalog.unnest($1::pg_catalog.text[]) one)
  ), parts as (${parts(use)})
  select kind from (
    select case t.relkind when 'v' then 'view' when 'f' then 'foreign table' when 'p' then 'partition' else 'form' end as kind
      from t where t.relkind not in ('r', 'm')
    union all select 'child table' from pg_catalog.pg_inherits h join t on h.inhparent = t.oid
    union all select parts.kind from parts join pg_catalog.pg_depend d on d.classid = parts.class and d.objid = parts.id
      where (d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and ${isForeign("d.refobjid")})
        or (d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
          and exists (select from pg_catalog.pg_operator o where o.oid = d.refobjid and ${isForeign("o.oprcode")}))
        or (d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
          and exists (select from pg_catalog.pg_type y where y.oid = d.refobjid and y.typtype = 'd'))
        or (d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and parts.kind = 'policy' and d.refobjid not in (select oid from t))
    union all select 'cast' from pg_catalog.pg_attribute a join t on a.attrelid = t.oid join pg_catalog.pg_cast c on c.castsource = a.atttypid
      where a.attnum > 0 and not a.attisdropped and ${isForeign("c.castfunc")}${use === "read" ? "" : WRITTEN}
  ) found limit 1)`;

/**
 * What of a table would run code of the database if a statement used it: `view`, `index`, `policy` and so on. Undefined if
 * nothing would, or if the table does not exist. `table` is a quoted name with its schema. A session of a superuser would run
 * that code with all its rights, and the code could change the settings of the session.
 */
export async function foreignCodeOf(session: Session, table: string, use: TableUse): Promise<string | undefined> {
  const [found] = await session.query<{ kind: string | null }>(`select ${foreignCode(use)} as kind`, [[table]]);
  return found?.kind ?? undefined;
}
