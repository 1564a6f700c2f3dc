import { json, type ObjectQuery } from "./object-query.ts";
import { notOfExtension, type InSchema } from "./scope.ts";

export interface Constraint extends InSchema {
  /** The name of the table or of the domain, unquoted. */
  readonly table: string;
  readonly of: "table" | "domain";
  readonly type: "primary key" | "unique" | "check" | "foreign key" | "exclusion" | "not null";
  readonly definition: string;
  readonly columns?: readonly string[];
  /** For a foreign key: the quoted name of the other table, and its columns. */
  readonly references?: { readonly table: string; readonly columns: readonly string[] };
  readonly validated: boolean;
  readonly deferrable?: true;
  readonly deferred?: true;
  /** False for NOT ENFORCED (PostgreSQL 18). */
  readonly enforced?: false;
  /** Copied from a parent table, and dropped with the constraint of the parent. */
  readonly inherited?: true;
  /** The table declares its inherited constraint too, and keeps it when the parent loses it. No partition does. */
  readonly own?: true;
}

const names = (keys: string, relation: string): string =>
  `(select pg_catalog.jsonb_agg(a.attname order by pg_catalog.array_position(${keys}, a.attnum)) from pg_catalog.pg_attribute a
    where a.attrelid = ${relation} and a.attnum = any (${keys}))`;

/**
 * Since PostgreSQL 18, NOT NULL constraints have their own rows. The column's `nullable` describes them, so they are selected
 * only when they are not validated or not inherited.
 */
export const constraints: ObjectQuery<Constraint> = {
  id: "pg_catalog.format('%s.%I', coalesce(r.id, pg_catalog.format('%I.%I', tn.nspname, ty.typname)), c.conname)",
  properties: {
    schema: "coalesce(r.nspname, tn.nspname)",
    table: "coalesce(r.relname, ty.typname)",
    name: "c.conname",
    of: "case when r.oid is null then 'domain' else 'table' end",
    type: `case c.contype when 'p' then 'primary key' when 'u' then 'unique' when 'c' then 'check'
      when 'f' then 'foreign key' when 'x' then 'exclusion' else 'not null' end`,
    columns: json(names("c.conkey", "c.conrelid")),
    references: json(`case when c.contype = 'f' then
      pg_catalog.jsonb_build_object('table', c.confrelid::pg_catalog.regclass::pg_catalog.text, 'columns', ${names("c.confkey", "c.confrelid")}) end`),
    validated: json("c.convalidated"),
    deferrable: json("nullif(c.condeferrable, false)"),
    deferred: json("nullif(c.condeferred, false)"),
    enforced: json("case when d.definition like '% NOT ENFORCED' then (pg_catalog.to_jsonb(c) ->> 'conenforced')::boolean end"),
    inherited: json("nullif(c.coninhcount > 0, false)"),
    own: json("nullif(c.coninhcount > 0 and c.conislocal and not coalesce(r.relispartition, false), false)"),
    definition: "d.definition",
  },
  from: `
from pg_catalog.pg_constraint c
cross join lateral (select pg_catalog.pg_get_constraintdef(c.oid) as definition offset 0) d
left join rel r on r.oid = c.conrelid
left join pg_catalog.pg_type ty on ty.oid = c.contypid
left join ns tn on tn.oid = ty.typnamespace
where c.contype <> 't'
  and (c.contype <> 'n' or (c.contypid = 0 and (not c.convalidated or c.connoinherit)))
  and (r.oid is not null or (tn.oid is not null and ${notOfExtension("pg_type", "ty.oid")}))`,
};
