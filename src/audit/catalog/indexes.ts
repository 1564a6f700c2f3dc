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

const parts = (from: string, to: string): string =>
  `(select jsonb_agg(pg_get_indexdef(i.indexrelid, k, false) order by k) from generate_series(${from}, ${to}) k)`;

/** `pg_constraint.conindid` has no index, so the constraints are grouped once and joined, never looked up one by one. */
export const indexes = `
select 'indexes', r.id, jsonb_strip_nulls(jsonb_build_object(
  'schema', r.nspname, 'table', t.relname, 'name', r.relname,
  'definition', pg_get_indexdef(i.indexrelid),
  'method', (select amname from pg_am where oid = r.relam),
  'keys', ${parts("1", "i.indnkeyatts")},
  'include', ${parts("i.indnkeyatts + 1", "i.indnatts")},
  'predicate', pg_get_expr(i.indpred, i.indrelid),
  'unique', nullif(i.indisunique, false),
  'nullsNotDistinct', nullif((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
  'valid', i.indisvalid,
  'ready', nullif(i.indisready, true),
  'constraint', con.conname,
  'parent', (select inhparent::regclass::text from pg_inherits where inhrelid = i.indexrelid),
  'clustered', nullif(i.indisclustered, false),
  'replicaIdentity', nullif(i.indisreplident, false)))
from rel r
join pg_index i on i.indexrelid = r.oid
join pg_class t on t.oid = i.indrelid
left join (select conindid, min(conname) as conname from pg_constraint where contype in ('p', 'u', 'x') group by 1) con
  on con.conindid = i.indexrelid`;
