import { ownRoutine, signatureOf } from "../catalog/routines.ts";
import { notOfExtension } from "../catalog/scope.ts";

const kindOfRelation = `case r.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
  when 'i' then 'index' when 'I' then 'index' when 'c' then 'composite' else 'table' end`;
const kindOfRoutine = `case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window function' else 'function' end`;
const kindOfType = `case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' when 'm' then 'range' else 'composite' end`;
const kindOfElement = `case b.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range' else ${kindOfRelation} end`;

const relations = `
  select 'pg_catalog.pg_class'::pg_catalog.regclass as classid, r.oid as objid, 0 as sub, ${kindOfRelation} || ' ' || r.id as key from rel r
  union all
  select 'pg_catalog.pg_class'::pg_catalog.regclass, r.oid, a.attnum, case when r.relkind in ('r', 'p', 'f') then pg_catalog.format('column %s.%I', r.id, a.attname)
    else ${kindOfRelation} || ' ' || r.id end
  from rel r join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  where r.relkind in ('r', 'p', 'f', 'v', 'm', 'c')
  union all
  select 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid, 0, pg_catalog.format('%s %s.%I', case a.attgenerated when '' then 'default' else 'column' end, r.id, a.attname)
  from pg_catalog.pg_attrdef d join rel r on r.oid = d.adrelid join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum`;

/** An array has the key of its element type, a multirange that of its range, and a row type that of its table. */
const datatypes = `
  select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0, case when r.oid is not null then ${kindOfRelation} || ' ' || r.id
    else pg_catalog.format('%s %I.%I', ${kindOfType}, n.nspname, coalesce(e.typname, t.typname)) end
  from pg_catalog.pg_type t join ns n on n.oid = t.typnamespace left join rel r on r.oid = t.typrelid
  left join pg_catalog.pg_range g on g.rngmultitypid = t.oid left join pg_catalog.pg_type e on e.oid = g.rngtypid
  where (t.typelem = 0 or t.typtype <> 'b') and ${notOfExtension("pg_type", "t.oid")}
  union all
  select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 0, pg_catalog.format('%s %I.%I', ${kindOfElement}, n.nspname, b.typname)
  from pg_catalog.pg_type t join pg_catalog.pg_type b on b.oid = t.typelem and b.typarray = t.oid join ns n on n.oid = b.typnamespace
  left join rel r on r.oid = b.typrelid
  where b.typtype <> 'm' and ${notOfExtension("pg_type", "b.oid")}`;

const partsOfTables = `
  select 'pg_catalog.pg_constraint'::pg_catalog.regclass, c.oid, 0, pg_catalog.format('constraint %s.%I', coalesce(r.id, pg_catalog.format('%I.%I', n.nspname, t.typname)), c.conname)
  from pg_catalog.pg_constraint c left join rel r on r.oid = c.conrelid left join pg_catalog.pg_type t on t.oid = c.contypid left join ns n on n.oid = t.typnamespace
  where r.oid is not null or n.oid is not null
  union all
  select 'pg_catalog.pg_trigger'::pg_catalog.regclass, t.oid, 0, pg_catalog.format('trigger %s.%I', r.id, t.tgname)
  from pg_catalog.pg_trigger t join rel r on r.oid = t.tgrelid where not t.tgisinternal
  union all
  select 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid, 0, pg_catalog.format('policy %s.%I', r.id, p.polname) from pg_catalog.pg_policy p join rel r on r.oid = p.polrelid
  union all
  select 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid, 0, case when w.rulename = '_RETURN' then ${kindOfRelation} || ' ' || r.id
    else pg_catalog.format('rule %s.%I', r.id, w.rulename) end
  from pg_catalog.pg_rewrite w join rel r on r.oid = w.ev_class`;

const FAMILY = "pg_catalog.format('operator family %I.%I using %I', n.nspname, f.opfname, m.amname)";
const CLASS = "pg_catalog.format('operator class %I.%I using %I', n.nspname, c.opcname, m.amname)";
const fromFamilies = "(pg_catalog.pg_opfamily f join ns n on n.oid = f.opfnamespace join pg_catalog.pg_am m on m.oid = f.opfmethod)";
const fromClasses = "(pg_catalog.pg_opclass c join ns n on n.oid = c.opcnamespace join pg_catalog.pg_am m on m.oid = c.opcmethod)";

const others = `
  select 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0, pg_catalog.format('%s %I.%I%s', ${kindOfRoutine}, n.nspname, p.proname, ${signatureOf("p")})
  from pg_catalog.pg_proc p join ns n on n.oid = p.pronamespace where ${ownRoutine}
  union all
  select 'pg_catalog.pg_namespace'::pg_catalog.regclass, oid, 0, pg_catalog.format('schema %I', nspname) from ns
  union all
  select 'pg_catalog.pg_extension'::pg_catalog.regclass, oid, 0, pg_catalog.format('extension %I', extname) from pg_catalog.pg_extension
  union all
  select 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid, 0, pg_catalog.format('statistics %I.%I', n.nspname, s.stxname)
  from pg_catalog.pg_statistic_ext s join ns n on n.oid = s.stxnamespace
  union all
  select 'pg_catalog.pg_collation'::pg_catalog.regclass, c.oid, 0, pg_catalog.format('collation %I.%I', n.nspname, c.collname)
  from pg_catalog.pg_collation c join ns n on n.oid = c.collnamespace where ${notOfExtension("pg_collation", "c.oid")}
  union all
  select 'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, 0, pg_catalog.format('operator %I.%s(%s, %s)', n.nspname, o.oprname,
    coalesce(nullif(o.oprleft, 0)::pg_catalog.regtype::pg_catalog.text, 'none'), coalesce(nullif(o.oprright, 0)::pg_catalog.regtype::pg_catalog.text, 'none'))
  from pg_catalog.pg_operator o join ns n on n.oid = o.oprnamespace where ${notOfExtension("pg_operator", "o.oid")}
  union all
  select 'pg_catalog.pg_opfamily'::pg_catalog.regclass, f.oid, 0, ${FAMILY} from ${fromFamilies} where ${notOfExtension("pg_opfamily", "f.oid")}
  union all
  select 'pg_catalog.pg_opclass'::pg_catalog.regclass, c.oid, 0, ${CLASS} from ${fromClasses} where ${notOfExtension("pg_opclass", "c.oid")}
  union all
  select d.classid, d.objid, 0, ${CLASS}
  from pg_catalog.pg_depend d join ${fromClasses} on c.oid = d.refobjid
  where d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass and d.classid in ('pg_catalog.pg_amop'::pg_catalog.regclass, 'pg_catalog.pg_amproc'::pg_catalog.regclass)
    and ${notOfExtension("pg_opclass", "c.oid")}
  union all
  select d.classid, d.objid, 0, ${FAMILY}
  from pg_catalog.pg_depend d join ${fromFamilies} on f.oid = d.refobjid
  where d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass and d.classid in ('pg_catalog.pg_amop'::pg_catalog.regclass, 'pg_catalog.pg_amproc'::pg_catalog.regclass)
    and ${notOfExtension("pg_opfamily", "f.oid")}
  union all
  select 'pg_catalog.pg_cast'::pg_catalog.regclass, c.oid, 0, pg_catalog.format('cast %s as %s', c.castsource::pg_catalog.regtype, c.casttarget::pg_catalog.regtype) from pg_catalog.pg_cast c
  where c.oid >= 16384 and ${notOfExtension("pg_cast", "c.oid")}
  union all
  select 'pg_catalog.pg_ts_config'::pg_catalog.regclass, c.oid, 0, pg_catalog.format('text search configuration %I.%I', n.nspname, c.cfgname)
  from pg_catalog.pg_ts_config c join ns n on n.oid = c.cfgnamespace
  union all
  select 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, e.oid, 0, pg_catalog.format('event trigger %I', e.evtname) from pg_catalog.pg_event_trigger e
  union all
  select 'pg_catalog.pg_publication'::pg_catalog.regclass, p.oid, 0, pg_catalog.format('publication %I', p.pubname) from pg_catalog.pg_publication p
  union all
  select 'pg_catalog.pg_publication_rel'::pg_catalog.regclass, pr.oid, 0, pg_catalog.format('publication %I', p.pubname)
  from pg_catalog.pg_publication_rel pr join pg_catalog.pg_publication p on p.oid = pr.prpubid
  union all
  select 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, s.oid, 0, pg_catalog.format('foreign server %I', s.srvname) from pg_catalog.pg_foreign_server s
  union all
  select e.classid, e.objid, 0, pg_catalog.format('extension %I', x.extname)
  from pg_catalog.pg_depend e join pg_catalog.pg_extension x on x.oid = e.refobjid where e.deptype = 'e' and e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass`;

/** SQL: the key of an object, as in `keyOf`, for each row that `pg_depend` can reference. The default of a column is an object of its own. */
export const OBJECT_KEYS = [relations, datatypes, partsOfTables, others].join("\n  union all");
