import { withSession } from "../../../src/postgres/connect.ts";
import { adminUrl } from "./cluster.ts";
import type { Machine } from "./machine.ts";

/** The schemas of users: not those of the system and of extensions. */
const OURS = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";

/** One statement for each object, in an order that only depends on names. Less than what pg_dump writes, which is not installed with a server. */
const STATEMENTS = `
select text from (
  select 1, n.nspname, '', format('CREATE SCHEMA %I;', n.nspname)
    from pg_namespace n where ${OURS} and n.nspname <> 'public'
  union all
  select 2, n.nspname, t.typname, format('CREATE TYPE %I.%I AS ENUM (%s);', n.nspname, t.typname,
      (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
    from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and ${OURS}
  union all
  select 3, n.nspname, p.proname || p.oid, pg_get_functiondef(p.oid) || ';'
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prokind in ('f', 'p') and ${OURS}
  union all
  select 4, n.nspname, c.relname, format(E'CREATE TABLE %I.%I (\\n%s\\n);', n.nspname, c.relname,
      (select string_agg(format('    %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
          coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''), case when a.attnotnull then ' NOT NULL' else '' end),
          E',\\n' order by a.attnum)
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and ${OURS}
  union all
  select 5, n.nspname, c.relname, format(E'CREATE VIEW %I.%I AS\\n%s', n.nspname, c.relname, pg_get_viewdef(c.oid))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'v' and ${OURS}
  union all
  select 6, n.nspname, r.relname || k.conname, format(E'ALTER TABLE ONLY %I.%I\\n    ADD CONSTRAINT %I %s;', n.nspname, r.relname,
      k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join pg_class r on r.oid = k.conrelid join pg_namespace n on n.oid = r.relnamespace
    where k.contype <> 'n' and ${OURS}
  union all
  select 7, n.nspname, c.relname, pg_get_indexdef(c.oid) || ';'
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'i' and not exists (select from pg_constraint k where k.conindid = c.oid) and ${OURS}
) as parts (rank, schema, name, text) order by rank, schema, name`;

/** The schema of a database as SQL. */
export async function schemaText(machine: Machine, port: number, database: string): Promise<string> {
  const rows = await withSession(adminUrl(machine, port, database), (session) => session.query<{ text: string }>(STATEMENTS));
  return rows.map((row) => `${row.text.trimEnd()}\n`).join("\n");
}
