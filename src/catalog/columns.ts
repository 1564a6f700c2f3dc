import { json, aggregateList, type PropertyExpressions } from "./object-query.ts";

/** A column of a table, view or materialized view. Rare properties are set only when they differ from their default. */
export interface Column {
  /** Unquoted. */
  readonly name: string;
  /** As `format_type` writes it; the types of users with their schema. */
  readonly type: string;
  readonly nullable: boolean;
  readonly default?: string;
  /** The expression of a generated column. */
  readonly generated?: string;
  /** The generated column is not stored (PostgreSQL 18). */
  readonly virtual?: true;
  readonly identity?: "always" | "by default";
  /** Set when it differs from the collation of the type. */
  readonly collation?: string;
  readonly storage?: string;
  readonly compression?: string;
  readonly statistics?: number;
  readonly options?: readonly string[];
  /** The options that the foreign-data wrapper reads. */
  readonly foreignOptions?: readonly string[];
  /** A parent table has the column. */
  readonly inherited?: true;
  /** The table declares its inherited column too, and keeps it when the parent loses it. No partition does. */
  readonly own?: true;
  /** The same for the NOT NULL of the column (PostgreSQL 18). */
  readonly ownNotNull?: true;
}

export const column: PropertyExpressions<Column> = {
  name: "a.attname",
  type: "pg_catalog.format_type(a.atttypid, a.atttypmod)",
  nullable: json("not a.attnotnull"),
  default: "case when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end",
  generated: "case when a.attgenerated <> '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid) end",
  virtual: json("nullif(a.attgenerated = 'v', false)"),
  identity: "case a.attidentity when 'a' then 'always' when 'd' then 'by default' end",
  collation: `case when a.attcollation <> t.typcollation then (
    select pg_catalog.format('%I.%I', n.nspname, c.collname)
    from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace where c.oid = a.attcollation) end`,
  storage: `case when a.attstorage <> t.typstorage then
    case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end`,
  compression: "case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end",
  statistics: json("nullif(a.attstattarget, -1)"),
  options: json("pg_catalog.to_jsonb(a.attoptions)"),
  foreignOptions: json("pg_catalog.to_jsonb(a.attfdwoptions)"),
  inherited: json("nullif(a.attinhcount > 0, false)"),
  own: json("nullif(a.attinhcount > 0 and a.attislocal and not r.relispartition, false)"),
  ownNotNull: json(`case when a.attinhcount > 0 and a.attnotnull and not r.relispartition then nullif(exists (
    select from pg_catalog.pg_constraint c where c.conrelid = a.attrelid and c.contype = 'n' and c.conkey[1] = a.attnum
      and c.coninhcount > 0 and c.conislocal), false) end`),
};

/** A common table expression with the columns of every relation, in their order. */
export const columnsOfRelations = `
cols as (
  select a.attrelid, ${aggregateList(column, "a.attnum")} as columns
  from pg_catalog.pg_attribute a
  join rel r on r.oid = a.attrelid
  join pg_catalog.pg_type t on t.oid = a.atttypid
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped and r.relkind in ('r', 'p', 'f', 'v', 'm')
  group by a.attrelid
)`;
