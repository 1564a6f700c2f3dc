import type { Column } from "../../catalog/columns.ts";
import type { Constraint } from "../../catalog/constraints.ts";
import type { Index } from "../../catalog/indexes.ts";
import type { Policy } from "../../catalog/policies.ts";
import type { Table, View } from "../../catalog/relations.ts";
import type { Argument, Routine } from "../../catalog/routines.ts";
import type { Sequence } from "../../catalog/sequences.ts";
import type { Rule, Trigger } from "../../catalog/triggers.ts";
import type { Domain } from "../../catalog/datatypes.ts";
import { highest } from "../rules/spec/sequences.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import { keyOfName } from "../pattern.ts";
import { path, quoted } from "../../catalog/quote.ts";
import {
  commentOn,
  isNotEmpty,
  commentAndGrantsOfType,
  withoutUndefined,
  withoutDefault,
  shortestForm,
  commentAndGrants,
  type YamlObject,
} from "./entry.ts";

/** What sections belong to. */
type Relation = Pick<Table, "schema" | "name">;

/** One schema as the spec file says it, "exactly"; properties that are plain are left out, and so are empty sections. */
export function schemaEntry(found: Lookup, schema: string): YamlObject {
  const views = found.inSchema("views", schema);
  return {
    mode: "exactly",
    ...commentAndGrants(found, { on: "schema", id: quoted(schema), identities: [`schema ${quoted(schema)}`] }),
    ...section("enums", found.inSchema("enums", schema), (type) =>
      shortestForm(type.labels, "labels", commentAndGrantsOfType(found, type.id)),
    ),
    ...section("domains", found.inSchema("domains", schema), (domain) => domainEntry(domain, found)),
    ...section("composites", found.inSchema("composites", schema), ({ id, attributes }) => ({
      attributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute.type])),
      ...commentAndGrantsOfType(found, id),
    })),
    ...section("ranges", found.inSchema("ranges", schema), (range) =>
      shortestForm(range.subtype, "subtype", commentAndGrantsOfType(found, range.id)),
    ),
    ...section(
      "sequences",
      // A part of a column comes with it, unless there is something to say that the column has no word for.
      found
        .inSchema("sequences", schema)
        .filter((sequence) => sequence.identity !== true || isNotEmpty(commentAndGrantsOfSequence(found, sequence))),
      (sequence) => sequenceEntry(sequence, found),
    ),
    ...section("tables", found.inSchema("tables", schema), (table) => tableEntry(table, found)),
    ...section(
      "views",
      views.filter(({ materialized }) => !materialized),
      (view) => viewEntry(view, found),
    ),
    ...section(
      "materializedViews",
      views.filter(({ materialized }) => materialized),
      (view) => viewEntry(view, found),
    ),
    ...functionSection(found.inSchema("routines", schema), found),
    ...section("statistics", found.inSchema("statistics", schema), ({ id, definition }) =>
      shortestForm(definition, "definition", commentOn(found, `statistics object ${id}`)),
    ),
  };
}

/** A section of objects by their names; none where there are none. */
export function section<A extends { readonly name: string }>(
  key: string,
  objects: readonly A[],
  write: (object: A) => unknown,
): YamlObject {
  return objects.length === 0 ? {} : { [key]: Object.fromEntries(objects.map((object) => [keyOfName(object.name), write(object)])) };
}

function tableEntry(table: Table, found: Lookup): YamlObject {
  const { schema, name } = table;
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
    ...section("triggers", found.onTable("triggers", schema, name), (trigger) => triggerEntry(trigger, "trigger", found)),
    ...section("policies", found.onTable("policies", schema, name), (policy) => policyEntry(policy, found)),
    ...section("rules", found.onTable("rules", schema, name), (rule) => triggerEntry(rule, "rule", found)),
  };
}

/** A plain column is its type alone. */
function columnEntry(column: Column, table: Table, found: Lookup): unknown {
  const { type, nullable, default: initial, identity, generated, collation } = column;
  const id = `${table.id}.${quoted(column.name)}`;
  const more = {
    ...withoutDefault(true, { nullable }),
    ...withoutUndefined({ default: initial, identity, generated, collation }),
    ...commentAndGrants(found, { on: "column", id, identities: [`table column ${id}`, `foreign table column ${id}`] }),
  };
  return shortestForm(type, "type", more);
}

function constraintSection(found: Lookup, { schema, name }: Relation, of: Constraint["of"]): YamlObject {
  return section(
    "constraints",
    found.onTable("constraints", schema, name).filter((constraint) => constraint.of === of && constraint.inherited !== true),
    (one) => shortestForm(one.definition, "definition", commentOn(found, `${of} constraint ${quoted(one.name)} on ${path(schema, name)}`)),
  );
}

/** Those that serve a constraint, or an index of a parent, come with it: only their comments are their own. */
function indexSection(found: Lookup, { schema, name }: Relation): YamlObject {
  const commentOf = ({ id }: Index): YamlObject => commentOn(found, `index ${id}`);
  return section(
    "indexes",
    found.onTable("indexes", schema, name).filter((index) => !isPart(index) || isNotEmpty(commentOf(index))),
    (index) => (isPart(index) ? commentOf(index) : shortestForm(index.definition, "definition", commentOf(index))),
  );
}

function isPart({ constraint, parent }: Index): boolean {
  return constraint !== undefined || parent !== undefined;
}

function triggerEntry({ definition, fires, name, schema, table }: Trigger | Rule, kind: string, found: Lookup): unknown {
  const more = { ...withoutDefault("origin", { fires }), ...commentOn(found, `${kind} ${quoted(name)} on ${path(schema, table)}`) };
  return shortestForm(definition.trim(), "definition", more);
}

function policyEntry({ command, permissive, roles, using, check, name, schema, table }: Policy, found: Lookup): YamlObject {
  const everyone = roles.length === 1 && roles[0] === "public";
  return {
    command,
    ...withoutDefault(true, { permissive }),
    ...(everyone ? {} : { roles }),
    ...withoutUndefined({ using, check }),
    ...commentOn(found, `policy ${quoted(name)} on ${path(schema, table)}`),
  };
}

function viewEntry(view: View, found: Lookup): unknown {
  const { id, schema, name } = view;
  const more = {
    ...withoutUndefined({ options: view.options }),
    ...commentAndGrants(found, { on: "relation", id, identities: [`view ${id}`, `materialized view ${id}`] }),
    ...indexSection(found, view),
    ...section("triggers", found.onTable("triggers", schema, name), (trigger) => triggerEntry(trigger, "trigger", found)),
    ...section("rules", found.onTable("rules", schema, name), (rule) => triggerEntry(rule, "rule", found)),
  };
  return shortestForm(view.definition.trim(), "definition", more);
}

function domainEntry(domain: Domain, found: Lookup): unknown {
  const { type, nullable, default: initial, collation } = domain;
  const more = {
    ...withoutDefault(true, { nullable }),
    ...withoutUndefined({ default: initial, collation }),
    ...commentAndGrantsOfType(found, domain.id),
    ...constraintSection(found, domain, "domain"),
  };
  return shortestForm(type, "type", more);
}

function sequenceEntry(sequence: Sequence, found: Lookup): YamlObject {
  const { type, start, increment, min, max, cache, cycle, ownedBy } = sequence;
  return {
    ...withoutDefault("bigint", { type }),
    ...withoutDefault("1", { start }),
    ...withoutDefault("1", { increment }),
    ...withoutDefault("1", { min }),
    ...withoutDefault(highest(type), { max }),
    ...withoutDefault("1", { cache }),
    ...withoutDefault(false, { cycle }),
    ...withoutUndefined({ ownedBy }),
    ...commentAndGrantsOfSequence(found, sequence),
  };
}

function commentAndGrantsOfSequence(found: Lookup, { id }: Sequence): YamlObject {
  return commentAndGrants(found, { on: "relation", id, identities: [`sequence ${id}`] });
}

function functionSection(routines: readonly Routine[], found: Lookup): YamlObject {
  const names = [...new Set(routines.map(({ name }) => name))];
  if (names.length === 0) return {};
  const overloads = (name: string) => routines.filter((routine) => routine.name === name).map((routine) => overloadEntry(routine, found));
  return { functions: Object.fromEntries(names.map((name) => [keyOfName(name), overloads(name)])) };
}

/** One overload. */
export function overloadEntry(routine: Routine, found: Lookup): YamlObject {
  const { id, volatility, security, strict, parallel, settings, body } = routine;
  return {
    args: `(${routine.arguments
      .filter(({ mode }) => mode !== "out" && mode !== "table")
      .map(argumentText)
      .join(", ")})`,
    ...withoutUndefined({ returns: routine.result, language: routine.language }),
    ...withoutDefault("volatile", { volatility }),
    ...withoutDefault("invoker", { security }),
    ...withoutDefault(false, { strict }),
    ...withoutDefault("unsafe", { parallel }),
    ...withoutUndefined({ settings, body }),
    ...commentAndGrants(found, { on: "routine", id, identities: [`function ${id}`, `procedure ${id}`, `aggregate ${id}`] }),
  };
}

function argumentText({ name, mode, type, default: initial }: Argument): string {
  const parts = [
    mode === "in" ? "" : mode,
    name === undefined ? "" : quoted(name),
    type,
    initial === undefined ? "" : `default ${initial}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}
