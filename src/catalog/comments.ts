import type { ObjectQuery } from "./object-query.ts";
import type { Named } from "./scope.ts";

export interface Comment extends Named {
  /** The kind of the object, as `pg_identify_object` writes it. */
  readonly on: string;
  readonly text: string;
}

const partOf = (part: string, table: string): string =>
  `exists (select from pg_catalog.${part} p join rel r on r.oid = p.${table} where p.oid = d.objoid)`;

/** `pg_identify_object` gives no schema for the parts of a table, so their table is looked up. */
const condition = `case
  when o.schema is not null then o.schema in (select pg_catalog.quote_ident(nspname) from ns)
  when d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass then d.objoid in (select oid from ns)
  when d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass then ${partOf("pg_constraint", "conrelid")} or exists (
    select from pg_catalog.pg_constraint c join pg_catalog.pg_type t on t.oid = c.contypid join ns on ns.oid = t.typnamespace where c.oid = d.objoid)
  when d.classoid = 'pg_catalog.pg_trigger'::pg_catalog.regclass then ${partOf("pg_trigger", "tgrelid")}
  when d.classoid = 'pg_catalog.pg_policy'::pg_catalog.regclass then ${partOf("pg_policy", "polrelid")}
  when d.classoid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass then ${partOf("pg_rewrite", "ev_class")}
  else true end`;

/** Objects with an oid below 16384, and their comments, belong to Postgres. */
export const comments: ObjectQuery<Comment> = {
  id: "o.type || ' ' || o.identity",
  properties: { name: "o.identity", on: "o.type", text: "d.description" },
  from: `
from pg_catalog.pg_description d
cross join lateral pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) o
where d.objoid >= 16384 and d.classoid <> 'pg_catalog.pg_extension'::pg_catalog.regclass
  and not exists (select from ext where ext.classid = d.classoid and ext.objid = d.objoid)
  and ${condition}`,
};
