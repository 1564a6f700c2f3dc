import { json, type ObjectQuery } from "./object-query.ts";
import type { InSchema } from "./scope.ts";

export interface Sequence extends InSchema {
  readonly owner: string;
  readonly type: string;
  /** As text, because it is a 64-bit number; so are the next four. */
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycle: boolean;
  /** The quoted column that owns the sequence: dropping the column drops the sequence. */
  readonly ownedBy?: string;
  /** The sequence belongs to an identity column. */
  readonly identity?: true;
  readonly persistence?: "unlogged";
}

export const sequences: ObjectQuery<Sequence> = {
  id: "r.id",
  properties: {
    schema: "r.nspname",
    name: "r.relname",
    owner: "pg_catalog.pg_get_userbyid(r.relowner)",
    type: "s.seqtypid::pg_catalog.regtype",
    start: "s.seqstart",
    increment: "s.seqincrement",
    min: "s.seqmin",
    max: "s.seqmax",
    cache: "s.seqcache",
    cycle: json("s.seqcycle"),
    ownedBy: "d.column_id",
    identity: json("nullif(d.deptype = 'i', false)"),
    persistence: "case when r.relpersistence = 'u' then 'unlogged' end",
  },
  from: `
from rel r
join pg_catalog.pg_sequence s on s.seqrelid = r.oid
left join lateral (
  select d.deptype, pg_catalog.format('%s.%I', d.refobjid::pg_catalog.regclass, a.attname) as column_id
  from pg_catalog.pg_depend d join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = r.oid and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype in ('a', 'i')
  limit 1) d on true`,
};
