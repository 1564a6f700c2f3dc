import type { OnTable } from "./scope.ts";

export interface Index extends OnTable {
  /** The whole statement. */
  readonly definition: string;
  readonly method: string;
  /** Column names (quoted where needed) and expressions, without operator class and direction. */
  readonly keys: readonly string[];
  readonly include?: readonly string[];
  readonly predicate?: string;
  readonly unique?: true;
  readonly nullsNotDistinct?: true;
  /** False: a concurrent build failed, and queries don't use it. */
  readonly valid: boolean;
  readonly ready?: false;
  /** The primary key, unique or exclusion constraint that it serves. */
  readonly constraint?: string;
  /** The partitioned index that it is part of, quoted. */
  readonly parent?: string;
  readonly clustered?: true;
  readonly replicaIdentity?: true;
}

/** A plain column is called by its name: to have Postgres write out each key of each index would take twice as long. */
const parts = (from: string, to: string): string => `
  (select jsonb_agg(coalesce(quote_ident(a.attname), pg_get_indexdef(i.indexrelid, k, false)) order by k)
    from generate_series(${from}, ${to}) k
    left join pg_attribute a on i.indkey[k - 1] <> 0 and a.attrelid = i.indrelid and a.attnum = i.indkey[k - 1])`;

/**
 * `pg_constraint.conindid` has no index, so the constraints are grouped once and joined, never looked up one by one. A
 * whole row as JSON is slow, so that only those are asked for a column of a later version that can have it.
 */
export const indexes = `
select 'indexes', r.id, jsonb_strip_nulls(jsonb_build_object(
  'schema', r.nspname, 'table', t.relname, 'name', r.relname,
  'definition', d.definition,
  'method', m.amname,
  'keys', case when i.indnkeyatts = 1 and first.attname is not null then jsonb_build_array(quote_ident(first.attname))
    else ${parts("1", "i.indnkeyatts")} end,
  'include', case when i.indnatts > i.indnkeyatts then ${parts("i.indnkeyatts + 1", "i.indnatts")} end,
  'predicate', pg_get_expr(i.indpred, i.indrelid),
  'unique', nullif(i.indisunique, false),
  'nullsNotDistinct', case when i.indisunique and d.definition like '% NULLS NOT DISTINCT%' then
    nullif((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) end,
  'valid', i.indisvalid,
  'ready', nullif(i.indisready, true),
  'constraint', con.conname,
  'parent', h.inhparent::regclass::text,
  'clustered', nullif(i.indisclustered, false),
  'replicaIdentity', nullif(i.indisreplident, false)))
from rel r
join pg_index i on i.indexrelid = r.oid
join pg_class t on t.oid = i.indrelid
join pg_am m on m.oid = r.relam
cross join lateral (select pg_get_indexdef(i.indexrelid) as definition offset 0) d
left join pg_attribute first on first.attrelid = i.indrelid and first.attnum = i.indkey[0] and first.attnum <> 0
left join pg_inherits h on h.inhrelid = i.indexrelid
left join (select conindid, min(conname) as conname from pg_constraint where contype in ('p', 'u', 'x') group by 1) con
  on con.conindid = i.indexrelid`;
