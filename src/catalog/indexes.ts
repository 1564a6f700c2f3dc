import { json, type ObjectQuery } from "./object-query.ts";
import type { OnTable } from "./scope.ts";

export interface Index extends OnTable {
  /** The complete `create index` statement. */
  readonly definition: string;
  readonly method: string;
  /** Column names (quoted where needed) and expressions, without operator class and direction. */
  readonly keys: readonly string[];
  readonly include?: readonly string[];
  readonly predicate?: string;
  readonly unique?: true;
  readonly nullsNotDistinct?: true;
  /** False after a failed concurrent build: queries do not use the index. */
  readonly valid: boolean;
  readonly ready?: false;
  /** The primary key, unique or exclusion constraint that the index belongs to. */
  readonly constraint?: string;
  /** The partitioned index that the index is a part of, quoted. */
  readonly parent?: string;
  readonly clustered?: true;
  readonly replicaIdentity?: true;
  /** The statistics targets of its expressions, such as `1=500`: the position of the column, and the target. */
  readonly statistics?: readonly string[];
}

/** Writes a column by its name. It would take twice as long if Postgres wrote every key of every index. */
const parts = (from: string, to: string): string => `
  (select pg_catalog.jsonb_agg(coalesce(pg_catalog.quote_ident(a.attname), pg_catalog.pg_get_indexdef(i.indexrelid, k, false)) order by k)
    from pg_catalog.generate_series(${from}, ${to}) k
    left join pg_catalog.pg_attribute a on i.indkey[k - 1] <> 0 and a.attrelid = i.indrelid and a.attnum = i.indkey[k - 1])`;

/**
 * `pg_get_indexdef` is slow, mostly because of the special properties of an index. The index of a primary key or a unique
 * constraint has none of them: no predicate, no expression, and the default operator class, collation and order (ALTER TABLE
 * refuses any other index for ADD CONSTRAINT USING INDEX). So the statement for such an index with one column is written here,
 * with the same text. A test compares both texts.
 */
const definition = `case
  when con.conname is not null and i.indisunique and not i.nulls_not_distinct and i.indnatts = 1
    and m.amname = 'btree' and r.relkind = 'i' and r.reloptions is null
  then pg_catalog.format('CREATE UNIQUE INDEX %I ON %I.%I USING btree (%I)', r.relname, r.nspname, t.relname, first.attname)
  else pg_catalog.pg_get_indexdef(i.indexrelid) end`;

/**
 * `pg_constraint.conindid` has no index, so the constraints are grouped once and joined. PostgreSQL 14 has no column
 * `indnullsnotdistinct`; there, the name means the column of `older`.
 */
export const indexes: ObjectQuery<Index> = {
  id: "r.id",
  properties: {
    schema: "r.nspname",
    table: "t.relname",
    name: "r.relname",
    method: "m.amname",
    keys: json(`case when i.indnkeyatts = 1 and first.attname is not null then pg_catalog.jsonb_build_array(pg_catalog.quote_ident(first.attname))
      else ${parts("1", "i.indnkeyatts")} end`),
    include: json(`case when i.indnatts > i.indnkeyatts then ${parts("i.indnkeyatts + 1", "i.indnatts")} end`),
    predicate: "pg_catalog.pg_get_expr(i.indpred, i.indrelid)",
    unique: json("nullif(i.indisunique, false)"),
    nullsNotDistinct: json("nullif(i.nulls_not_distinct, false)"),
    valid: json("i.indisvalid"),
    ready: json("nullif(i.indisready, true)"),
    constraint: "con.conname",
    parent: "h.inhparent::pg_catalog.regclass",
    clustered: json("nullif(i.indisclustered, false)"),
    replicaIdentity: json("nullif(i.indisreplident, false)"),
    statistics: json(`case when i.indexprs is not null then (
      select pg_catalog.jsonb_agg(pg_catalog.format('%s=%s', a.attnum, a.attstattarget) order by a.attnum) from pg_catalog.pg_attribute a
      where a.attrelid = i.indexrelid and a.attstattarget >= 0) end`),
    definition,
  },
  from: `
from (select false as indnullsnotdistinct) older
cross join lateral (select *, indnullsnotdistinct as nulls_not_distinct from pg_catalog.pg_index) i
join rel r on r.oid = i.indexrelid
join pg_catalog.pg_class t on t.oid = i.indrelid
join pg_catalog.pg_am m on m.oid = r.relam
left join pg_catalog.pg_attribute first on first.attrelid = i.indrelid and first.attnum = i.indkey[0] and first.attnum <> 0
left join pg_catalog.pg_inherits h on h.inhrelid = i.indexrelid
left join (select conindid, pg_catalog.min(conname) as conname from pg_catalog.pg_constraint where contype in ('p', 'u', 'x') group by 1) con
  on con.conindid = i.indexrelid`,
};
