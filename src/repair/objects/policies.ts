import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { ObjectRepair } from "../repair-context.ts";
import { guarded, toStatements } from "../step.ts";

export const policies: ObjectRepair = {
  create(id, { expected, role }) {
    const policy = expected.get("policies", id);
    const table = path(policy.schema, policy.table);
    const roles = policy.roles.map((name) => (name === "public" ? name : quoted(role(name)))).join(", ");
    const sql = [
      `create policy ${quoted(policy.name)} on ${table} as ${policy.permissive ? "permissive" : "restrictive"} for ${policy.command} to ${roles}`,
      policy.using === undefined ? "" : `using (${policy.using})`,
      policy.check === undefined ? "" : `with check (${policy.check})`,
    ];
    const missing = `not exists (select from pg_catalog.pg_policy where polrelid = ${literal(table)}::regclass and polname = ${literal(policy.name)})`;
    return [{ sql: guarded(missing, sql.filter((part) => part !== "").join(" ")) }];
  },
  drop(id, { actual }) {
    const policy = actual.get("policies", id);
    return toStatements(`drop policy if exists ${quoted(policy.name)} on ${path(policy.schema, policy.table)}`);
  },
  alter: () => "recreate",
};
