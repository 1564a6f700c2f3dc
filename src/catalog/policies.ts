import { json, type ObjectQuery } from "./object-query.ts";
import { roleName, type OnTable } from "./scope.ts";

/** A row-security policy. */
export interface Policy extends OnTable {
  readonly command: "all" | "select" | "insert" | "update" | "delete";
  readonly permissive: boolean;
  readonly roles: readonly string[];
  readonly using?: string;
  readonly check?: string;
}

export const policies: ObjectQuery<Policy> = {
  id: "pg_catalog.format('%s.%I', r.id, p.polname)",
  properties: {
    schema: "r.nspname",
    table: "r.relname",
    name: "p.polname",
    command: "case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end",
    permissive: json("p.polpermissive"),
    roles: json(
      `(select pg_catalog.jsonb_agg(${roleName("x")} order by ${roleName("x")} collate "C") from pg_catalog.unnest(p.polroles) x)`,
    ),
    using: "pg_catalog.pg_get_expr(p.polqual, p.polrelid)",
    check: "pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)",
  },
  from: "from pg_catalog.pg_policy p join rel r on r.oid = p.polrelid",
};
