import { json, type ObjectQuery } from "./object-query.ts";
import { notOfExtension, type Named } from "./scope.ts";

export interface Publication extends Named {
  readonly owner: string;
  readonly allTables: boolean;
  /** Some of insert, update, delete and truncate. */
  readonly operations: readonly string[];
  readonly viaRoot: boolean;
  /** The tables that are listed by name, quoted, with column lists and row filters. Tables of a published schema or parent are left out. */
  readonly tables: readonly string[];
  /** Quoted. All tables of these schemas are published (PostgreSQL 15). */
  readonly schemas?: readonly string[];
  /** Generated columns are published too (PostgreSQL 18). */
  readonly generated?: true;
}

/**
 * Row filters, column lists and published schemas exist since PostgreSQL 15. Filters and lists are read through JSON, so that
 * PostgreSQL 14 can parse the query. It also has no catalog table of published schemas, so they are read from `pg_depend`.
 */
export const publications: ObjectQuery<Publication> = {
  id: "pg_catalog.format('%I', p.pubname)",
  properties: {
    name: "p.pubname",
    owner: "pg_catalog.pg_get_userbyid(p.pubowner)",
    allTables: json("p.puballtables"),
    operations:
      json(`pg_catalog.to_jsonb(pg_catalog.array_remove(array[case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
      case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end], null))`),
    viaRoot: json("p.pubviaroot"),
    tables: json(`coalesce((
      select pg_catalog.jsonb_agg(l.line order by l.line collate "C") from (
        select pg_catalog.format('%I.%I', n.nspname, c.relname)
          || coalesce(' (' || (
            select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attname) from pg_catalog.pg_attribute a
            where a.attrelid = c.oid and pg_catalog.to_jsonb(pr) -> 'prattrs' @> pg_catalog.to_jsonb(a.attnum)) || ')', '')
          || coalesce(' where ' || (pg_catalog.to_jsonb(t) ->> 'rowfilter'), '') as line
        from pg_catalog.pg_publication_rel pr
        join pg_catalog.pg_class c on c.oid = pr.prrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join pg_catalog.pg_publication_tables t on t.pubname = p.pubname and t.schemaname = n.nspname and t.tablename = c.relname
        where pr.prpubid = p.oid) l), '[]')`),
    schemas: json(`(
      select pg_catalog.jsonb_agg(pg_catalog.quote_ident(n.nspname) order by n.nspname collate "C")
      from pg_catalog.pg_depend mine join pg_catalog.pg_depend its on its.classid = mine.classid and its.objid = mine.objid
      join pg_catalog.pg_namespace n on n.oid = its.refobjid
      where mine.classid = pg_catalog.to_regclass('pg_catalog.pg_publication_namespace')
        and mine.refclassid = 'pg_catalog.pg_publication'::pg_catalog.regclass and mine.refobjid = p.oid and its.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass)`),
    generated: json("case when pg_catalog.to_jsonb(p) ->> 'pubgencols' in ('s', 'true') then true end"),
  },
  from: `
from pg_catalog.pg_publication p
where ${notOfExtension("pg_publication", "p.oid")}`,
};

export interface ForeignServer extends Named {
  readonly wrapper: string;
  readonly type?: string;
}

/** The options of a server are left out because they can contain host names and passwords. */
export const foreignServers: ObjectQuery<ForeignServer> = {
  id: "pg_catalog.format('%I', s.srvname)",
  properties: {
    name: "s.srvname",
    type: "s.srvtype",
    wrapper: "(select fdwname from pg_catalog.pg_foreign_data_wrapper w where w.oid = s.srvfdw)",
  },
  from: `
from pg_catalog.pg_foreign_server s
where ${notOfExtension("pg_foreign_server", "s.oid")}`,
};
