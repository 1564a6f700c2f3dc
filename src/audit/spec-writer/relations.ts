import type { Column } from "../../catalog/columns.ts";
import type { Constraint } from "../../catalog/constraints.ts";
import type { Index } from "../../catalog/indexes.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import type { Policy } from "../../catalog/policies.ts";
import { path, quoted } from "../../catalog/quote.ts";
import type { Table, View } from "../../catalog/relations.ts";
import type { Rule, Trigger } from "../../catalog/triggers.ts";
import {
  commentAndGrants,
  commentOn,
  isNotEmpty,
  section,
  shortestForm,
  withoutDefault,
  withoutUndefined,
  type YamlObject,
} from "./entry.ts";

type Owner = Pick<Table, "schema" | "name">;

export function tableEntry(table: Table, found: Lookup): YamlObject {
  return {
    ...withoutDefault("table", { kind: table.kind }),
    ...withoutDefault("permanent", { persistence: table.persistence }),
    ...withoutDefault("off", { rowSecurity: table.rowSecurity }),
    ...commentAndGrants(found, { on: "relation", id: table.id, identities: [`table ${table.id}`, `foreign table ${table.id}`] }),
    ...withoutUndefined({ partitionBy: table.partitionKey, inherits: table.inherits, bound: table.partitionBound }),
    ...section(
      "columns",
      table.columns.filter((column) => column.inherited !== true),
      (column) => columnEntry(column, table, found),
    ),
    ...constraintSection(found, table, "table"),
    ...indexSection(found, table),
    ...triggerSection(found, table),
    ...section("policies", found.onTable("policies", table.schema, table.name), (policy) => policyEntry(policy, found)),
    ...ruleSection(found, table),
  };
}

export function viewEntry(view: View, found: Lookup): unknown {
  const { id, options, definition } = view;
  return shortestForm(definition.trim(), "definition", {
    ...withoutUndefined({ options }),
    ...commentAndGrants(found, { on: "relation", id, identities: [`view ${id}`, `materialized view ${id}`] }),
    ...indexSection(found, view),
    ...triggerSection(found, view),
    ...ruleSection(found, view),
  });
}

/** Only the type, for a nullable column without other properties. */
function columnEntry(column: Column, table: Table, found: Lookup): unknown {
  const { type, nullable, default: initial, identity, generated, collation } = column;
  const id = `${table.id}.${quoted(column.name)}`;
  return shortestForm(type, "type", {
    ...withoutDefault(true, { nullable }),
    ...withoutUndefined({ default: initial, identity, generated, collation }),
    ...commentAndGrants(found, { on: "column", id, identities: [`table column ${id}`, `foreign table column ${id}`] }),
  });
}

export function constraintSection(found: Lookup, { schema, name }: Owner, of: Constraint["of"]): YamlObject {
  return section(
    "constraints",
    found.onTable("constraints", schema, name).filter((constraint) => constraint.of === of && constraint.inherited !== true),
    (one) => shortestForm(one.definition, "definition", commentOn(found, `${of} constraint ${quoted(one.name)} on ${path(schema, name)}`)),
  );
}

/** Indexes that belong to a constraint or a parent index are listed only with their comments. */
function indexSection(found: Lookup, { schema, name }: Owner): YamlObject {
  const comment = ({ id }: Index): YamlObject => commentOn(found, `index ${id}`);
  return section(
    "indexes",
    found.onTable("indexes", schema, name).filter((index) => !isPart(index) || isNotEmpty(comment(index))),
    (index) => (isPart(index) ? comment(index) : shortestForm(index.definition, "definition", comment(index))),
  );
}

function isPart({ constraint, parent }: Index): boolean {
  return constraint !== undefined || parent !== undefined;
}

function triggerSection(found: Lookup, { schema, name }: Owner): YamlObject {
  return section("triggers", found.onTable("triggers", schema, name), (trigger) => triggerEntry(trigger, "trigger", found));
}

function ruleSection(found: Lookup, { schema, name }: Owner): YamlObject {
  return section("rules", found.onTable("rules", schema, name), (rule) => triggerEntry(rule, "rule", found));
}

function triggerEntry({ definition, fires, name, schema, table }: Trigger | Rule, kind: string, found: Lookup): unknown {
  return shortestForm(definition.trim(), "definition", {
    ...withoutDefault("origin", { fires }),
    ...commentOn(found, `${kind} ${quoted(name)} on ${path(schema, table)}`),
  });
}

function policyEntry({ command, permissive, roles, using, check, name, schema, table }: Policy, found: Lookup): YamlObject {
  const isForAllRoles = roles.length === 1 && roles[0] === "public";
  return {
    command,
    ...withoutDefault(true, { permissive }),
    ...(isForAllRoles ? {} : { roles }),
    ...withoutUndefined({ using, check }),
    ...commentOn(found, `policy ${quoted(name)} on ${path(schema, table)}`),
  };
}
