import { column, type Column } from "./columns.ts";
import { json, list, type ObjectQuery } from "./object-query.ts";
import type { InSchema } from "./scope.ts";

export interface Table extends InSchema {
  readonly kind: "table" | "partitioned table" | "foreign table";
  readonly owner: string;
  readonly columns: readonly Column[];
  readonly persistence: "permanent" | "unlogged";
  readonly rowSecurity: "off" | "on" | "forced";
  /** Such as `RANGE (created_at)`, for a partitioned table. */
  readonly partitionKey?: string;
  /** Such as `FOR VALUES FROM (1) TO (10)`, for a partition. */
  readonly partitionBound?: string;
  /** The parent tables in their order, quoted. */
  readonly inherits?: readonly string[];
  /** The options of the TOAST table begin with `toast.`, as in `create table`. */
  readonly options?: readonly string[];
  readonly replicaIdentity?: "nothing" | "full" | "index";
  /** The composite type of a typed table. */
  readonly ofType?: string;
  /** Set when it is not `heap`. */
  readonly accessMethod?: string;
  /** For a foreign table: its server and the options of the table. */
  readonly server?: string;
}

const columns = list("coalesce(c.columns, '[]')", column);

export const tables: ObjectQuery<Table> = {
  id: "r.id",
  properties: {
    schema: "r.nspname",
    name: "r.relname",
    kind: "case r.relkind when 'r' then 'table' when 'p' then 'partitioned table' else 'foreign table' end",
    owner: "pg_catalog.pg_get_userbyid(r.relowner)",
    columns,
    persistence: "case r.relpersistence when 'u' then 'unlogged' else 'permanent' end",
    rowSecurity: "case when r.relforcerowsecurity and r.relrowsecurity then 'forced' when r.relrowsecurity then 'on' else 'off' end",
    partitionKey: "case when r.relkind = 'p' then pg_catalog.pg_get_partkeydef(r.oid) end",
    partitionBound: "pg_catalog.pg_get_expr(r.relpartbound, r.oid)",
    inherits: json(
      "(select pg_catalog.jsonb_agg(i.inhparent::pg_catalog.regclass::pg_catalog.text order by i.inhseqno) from pg_catalog.pg_inherits i where i.inhrelid = r.oid)",
    ),
    options: json(`pg_catalog.to_jsonb(r.reloptions || (
      select pg_catalog.array_agg('toast.' || option) from pg_catalog.pg_class toast, pg_catalog.unnest(toast.reloptions) option where toast.oid = r.reltoastrelid))`),
    replicaIdentity:
      "case when r.relkind <> 'f' then case r.relreplident when 'n' then 'nothing' when 'f' then 'full' when 'i' then 'index' end end",
    ofType: "nullif(r.reloftype, 0)::pg_catalog.regtype",
    accessMethod: "(select amname from pg_catalog.pg_am where oid = r.relam and amname <> 'heap')",
    server: `(select s.srvname || coalesce(' ' || f.ftoptions::pg_catalog.text, '')
      from pg_catalog.pg_foreign_table f join pg_catalog.pg_foreign_server s on s.oid = f.ftserver where f.ftrelid = r.oid)`,
  },
  from: `
from rel r left join cols c on c.attrelid = r.oid
where r.relkind in ('r', 'p', 'f')`,
};

/** A view or a materialized view. */
export interface View extends InSchema {
  readonly owner: string;
  readonly materialized: boolean;
  readonly columns: readonly Column[];
  /** The query as Postgres writes it. It differs between major versions. */
  readonly definition: string;
  /** Such as `security_invoker=true` or `check_option=local`. */
  readonly options?: readonly string[];
  /** False for a materialized view that was never refreshed. */
  readonly populated?: false;
}

export const views: ObjectQuery<View> = {
  id: "r.id",
  properties: {
    schema: "r.nspname",
    name: "r.relname",
    owner: "pg_catalog.pg_get_userbyid(r.relowner)",
    materialized: json("r.relkind = 'm'"),
    columns,
    definition: "pg_catalog.pg_get_viewdef(r.oid)",
    options: json("pg_catalog.to_jsonb(r.reloptions)"),
    populated: json("nullif(r.relispopulated, true)"),
  },
  from: `
from rel r left join cols c on c.attrelid = r.oid
where r.relkind in ('v', 'm')`,
};
