import type { Session } from "../postgres/session.ts";
import { tokensOf } from "../postgres/sql/tokens.ts";
import { mentions, namesIn } from "./sql/names.ts";

/** What is known of a table before the migrations, for advice that changes its rows or a column. Names are quoted where they must be. */
export interface TableFacts {
  readonly schema: string;
  readonly name: string;
  /** With its schema, as it is written in a statement. */
  readonly written: string;
  /** The schema, as it is written in a statement. */
  readonly space: string;
  /** An ordinary table without parents, children, a type of its own, rules and publications. */
  readonly isPlain: boolean;
  readonly isPartitioned: boolean;
  readonly hasChildren: boolean;
  readonly forcesRowSecurity: boolean;
  readonly triggers: readonly TriggerFacts[];
  readonly columns: readonly ColumnFacts[];
}

export interface TriggerFacts {
  readonly name: string;
  readonly isBeforeRow: boolean;
  /** Fires for an update of any column. */
  readonly onUpdate: boolean;
}

export interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly identity: "" | "a" | "d";
  readonly isGenerated: boolean;
  /** Has a collation, statistics, storage, options or privileges of its own, or its sequence has. */
  readonly hasSettings: boolean;
  readonly default: string | null;
  /** The sequence that belongs to it. */
  readonly sequence: string | null;
  readonly comment: string | null;
  /** Objects that depend on it, as the server identifies them. */
  readonly dependents: readonly string[];
  /** Those of them that no statement of the advice creates again. */
  readonly others: readonly string[];
  readonly indexes: readonly IndexFacts[];
  /** Checks and foreign keys of the table that use it. */
  readonly constraints: readonly ConstraintFacts[];
}

export interface IndexFacts {
  readonly name: string;
  readonly definition: string;
  readonly isUnique: boolean;
  /** Not valid, with a comment, a tablespace, or a mark for CLUSTER or the replica identity. */
  readonly isSpecial: boolean;
  /** The constraint that has the same name. */
  readonly constraint: string | null;
}

export interface ConstraintFacts {
  readonly name: string;
  readonly kind: "c" | "f" | "n";
  readonly definition: string;
  readonly isSpecial: boolean;
}

/** What depends on each column, once for all columns: to identify an object takes the server a while. */
const DEPENDENTS = `dependent as materialized (select d.refobjid, d.refobjsubid, d.objid, o.type || ' ' || o.identity as known,
    case when d.classid = 'pg_attrdef'::regclass then d.objid = (select oid from pg_attrdef where adrelid = d.refobjid and adnum = d.refobjsubid)
      when d.classid = 'pg_constraint'::regclass then exists (select from pg_constraint k where k.oid = d.objid and k.conrelid = d.refobjid
        and (k.contype in ('p', 'u', 'c', 'n') or (k.contype = 'f' and k.confrelid <> d.refobjid)) and pg_get_constraintdef(k.oid) !~ 'WITHOUT OVERLAPS|PERIOD|NOT ENFORCED')
      when d.classid = 'pg_class'::regclass then exists (select from pg_index where indexrelid = d.objid and indrelid = d.refobjid)
        or exists (select from pg_class s where s.oid = d.objid and s.relkind = 'S') else false end as is_usual
    from pg_depend d cross join lateral pg_identify_object(d.classid, d.objid, d.objsubid) o
    where d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.refobjid in (select oid from listed)),
  depending as materialized (select refobjid, refobjsubid, array_agg(objid) as ids, json_agg(known order by known collate "C") as dependents,
      json_agg(known order by known) filter (where not is_usual) as others
    from dependent group by refobjid, refobjsubid)`;

const COLUMN = `json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'isRequired', a.attnotnull, 'identity', a.attidentity::text,
    'isGenerated', a.attgenerated <> '', 'default', case when a.attgenerated = '' then pg_get_expr(f.adbin, f.adrelid) end,
    'hasSettings', a.attcollation <> t.typcollation or coalesce(a.attstattarget, -1) <> -1 or a.attstorage <> t.typstorage or a.attcompression <> ''
      or a.attacl is not null or a.attoptions is not null or not a.attislocal or exists (select from pg_sequence s join pg_class sc on sc.oid = s.seqrelid
        where a.attidentity <> '' and s.seqrelid = own.id and (sc.relacl is not null or obj_description(sc.oid, 'pg_class') is not null or s.seqincrement <> 1
          or s.seqstart <> 1 or s.seqmin <> 1 or s.seqcache <> 1 or s.seqcycle or sc.relpersistence <> 'p'
          or s.seqmax <> case s.seqtypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 else 9223372036854775807 end)),
    'sequence', own.id::regclass::text, 'comment', quote_literal(col_description(a.attrelid, a.attnum)),
    'dependents', coalesce(x.dependents, '[]'), 'others', coalesce(x.others, '[]'),
    'indexes', coalesce((select json_agg(json_build_object('name', quote_ident(ic.relname), 'definition', pg_get_indexdef(i.indexrelid), 'isUnique', i.indisunique,
        'constraint', pg_get_constraintdef(k.oid), 'isSpecial', not i.indisvalid or i.indisclustered or i.indisreplident or ic.reltablespace <> 0
          or obj_description(ic.oid, 'pg_class') is not null or obj_description(k.oid, 'pg_constraint') is not null) order by ic.relname)
      from pg_index i join pg_class ic on ic.oid = i.indexrelid left join pg_constraint k on k.conrelid = i.indrelid and k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
      where i.indrelid = a.attrelid and (i.indexrelid = any (x.ids) or k.oid = any (x.ids))), '[]'),
    'constraints', coalesce((select json_agg(json_build_object('name', quote_ident(k.conname), 'kind', k.contype::text, 'definition', pg_get_constraintdef(k.oid),
        'isSpecial', obj_description(k.oid, 'pg_constraint') is not null) order by k.conname)
      from pg_constraint k where k.conrelid = a.attrelid and k.contype in ('c', 'f', 'n') and k.oid = any (x.ids)), '[]'))`;

const QUERY = `with listed as materialized (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'offshoot')),
  published as materialized (select schemaname, tablename from pg_publication_tables),
  ${DEPENDENTS},
  columns as materialized (select a.attrelid, json_agg(${COLUMN} order by a.attnum) as list
    from pg_attribute a join listed l on l.oid = a.attrelid join pg_type t on t.oid = a.atttypid
      left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
      left join depending x on x.refobjid = a.attrelid and x.refobjsubid = a.attnum
      left join lateral (select s.objid as id from pg_depend s join pg_class sc on sc.oid = s.objid and sc.relkind = 'S' where s.classid = 'pg_class'::regclass
        and s.refclassid = 'pg_class'::regclass and s.refobjid = a.attrelid and s.refobjsubid = a.attnum limit 1) own on true
    where a.attnum > 0 and not a.attisdropped group by a.attrelid)
  select json_build_object('schema', n.nspname, 'name', c.relname, 'written', format('%I.%I', n.nspname, c.relname), 'space', quote_ident(n.nspname),
    'isPlain', c.relkind = 'r' and c.relpersistence <> 't' and not c.relispartition and c.reloftype = 0 and c.relreplident <> 'i'
      and not exists (select from pg_inherits where inhrelid = c.oid or inhparent = c.oid) and not exists (select from pg_rewrite where ev_class = c.oid)
      and not exists (select from pg_publication p where p.puballtables) and (n.nspname, c.relname) not in (select schemaname, tablename from published),
    'isPartitioned', c.relkind = 'p', 'hasChildren', exists (select from pg_inherits where inhparent = c.oid), 'forcesRowSecurity', c.relforcerowsecurity,
    'triggers', coalesce((select json_agg(json_build_object('name', g.tgname, 'isBeforeRow', g.tgtype & 3 = 3 and g.tgtype & 20 <> 0,
      'onUpdate', g.tgtype & 16 <> 0 and g.tgattr = '') order by g.tgname) from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal and g.tgenabled <> 'D'), '[]'),
    'columns', coalesce(o.list, '[]')) as facts
  from listed l join pg_class c on c.oid = l.oid join pg_namespace n on n.oid = c.relnamespace left join columns o on o.attrelid = c.oid
  order by n.nspname, c.relname`;

/** Reads the facts of all tables. Names in definitions have their schemas, because only that of Postgres is searched. */
export async function readTableFacts(session: Session): Promise<readonly TableFacts[]> {
  const rows = await session.query<{ facts: TableFacts }>(`set local search_path = pg_catalog; ${QUERY}`);
  return rows.map(({ facts }) => facts);
}

/** The table that a statement names. Undefined where several schemas have one. Pure. */
export function factsOf(written: string, tables: readonly TableFacts[]): TableFacts | undefined {
  const [found, other] = tables.filter((table) => mentions(namesIn(tokensOf(written)), table));
  return other === undefined ? found : undefined;
}
