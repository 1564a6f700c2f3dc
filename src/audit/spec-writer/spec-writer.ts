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
import { commented, isKnown, ofType, said, unless, withKnown, writtenKnown, type Plain } from "./known.ts";

/** What sections belong to. */
type Relation = Pick<Table, "schema" | "name">;

/** One schema as the spec file says it, "exactly"; properties that are plain are left out, and so are empty sections. */
export function writtenSchema(found: Lookup, schema: string): Plain {
  const views = found.inSchema("views", schema);
  return {
    mode: "exactly",
    ...writtenKnown(found, { on: "schema", id: quoted(schema), identities: [`schema ${quoted(schema)}`] }),
    ...section("enums", found.inSchema("enums", schema), (type) => withKnown(type.labels, "labels", ofType(found, type.id))),
    ...section("domains", found.inSchema("domains", schema), (domain) => writtenDomain(domain, found)),
    ...section("composites", found.inSchema("composites", schema), ({ id, attributes }) => ({
      attributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute.type])),
      ...ofType(found, id),
    })),
    ...section("ranges", found.inSchema("ranges", schema), (range) => withKnown(range.subtype, "subtype", ofType(found, range.id))),
    ...section(
      "sequences",
      // A part of a column comes with it, unless there is something to say that the column has no word for.
      found.inSchema("sequences", schema).filter((sequence) => sequence.identity !== true || isKnown(ofSequence(found, sequence))),
      (sequence) => writtenSequence(sequence, found),
    ),
    ...section("tables", found.inSchema("tables", schema), (table) => writtenTable(table, found)),
    ...section(
      "views",
      views.filter(({ materialized }) => !materialized),
      (view) => writtenView(view, found),
    ),
    ...section(
      "materializedViews",
      views.filter(({ materialized }) => materialized),
      (view) => writtenView(view, found),
    ),
    ...writtenFunctions(found.inSchema("routines", schema), found),
    ...section("statistics", found.inSchema("statistics", schema), ({ id, definition }) =>
      withKnown(definition, "definition", commented(found, `statistics object ${id}`)),
    ),
  };
}

/** A section of objects by their names; none where there are none. */
export function section<A extends { readonly name: string }>(key: string, objects: readonly A[], write: (object: A) => unknown): Plain {
  return objects.length === 0 ? {} : { [key]: Object.fromEntries(objects.map((object) => [keyOfName(object.name), write(object)])) };
}

function writtenTable(table: Table, found: Lookup): Plain {
  const { schema, name } = table;
  return {
    ...unless("table", { kind: table.kind }),
    ...unless("permanent", { persistence: table.persistence }),
    ...unless("off", { rowSecurity: table.rowSecurity }),
    ...writtenKnown(found, { on: "relation", id: table.id, identities: [`table ${table.id}`, `foreign table ${table.id}`] }),
    ...said({ partitionBy: table.partitionKey, inherits: table.inherits, bound: table.partitionBound }),
    ...section(
      "columns",
      table.columns.filter((column) => column.inherited !== true),
      (column) => writtenColumn(column, table, found),
    ),
    ...writtenConstraints(found, table, "table"),
    ...writtenIndexes(found, table),
    ...section("triggers", found.onTable("triggers", schema, name), (trigger) => writtenTrigger(trigger, "trigger", found)),
    ...section("policies", found.onTable("policies", schema, name), (policy) => writtenPolicy(policy, found)),
    ...section("rules", found.onTable("rules", schema, name), (rule) => writtenTrigger(rule, "rule", found)),
  };
}

/** A plain column is its type alone. */
function writtenColumn(column: Column, table: Table, found: Lookup): unknown {
  const { type, nullable, default: initial, identity, generated, collation } = column;
  const id = `${table.id}.${quoted(column.name)}`;
  const more = {
    ...unless(true, { nullable }),
    ...said({ default: initial, identity, generated, collation }),
    ...writtenKnown(found, { on: "column", id, identities: [`table column ${id}`, `foreign table column ${id}`] }),
  };
  return withKnown(type, "type", more);
}

function writtenConstraints(found: Lookup, { schema, name }: Relation, of: Constraint["of"]): Plain {
  return section(
    "constraints",
    found.onTable("constraints", schema, name).filter((constraint) => constraint.of === of && constraint.inherited !== true),
    (one) => withKnown(one.definition, "definition", commented(found, `${of} constraint ${quoted(one.name)} on ${path(schema, name)}`)),
  );
}

/** Those that serve a constraint, or an index of a parent, come with it: only their comments are their own. */
function writtenIndexes(found: Lookup, { schema, name }: Relation): Plain {
  const commentOf = ({ id }: Index): Plain => commented(found, `index ${id}`);
  return section(
    "indexes",
    found.onTable("indexes", schema, name).filter((index) => !isPart(index) || isKnown(commentOf(index))),
    (index) => (isPart(index) ? commentOf(index) : withKnown(index.definition, "definition", commentOf(index))),
  );
}

function isPart({ constraint, parent }: Index): boolean {
  return constraint !== undefined || parent !== undefined;
}

function writtenTrigger({ definition, fires, name, schema, table }: Trigger | Rule, kind: string, found: Lookup): unknown {
  const more = { ...unless("origin", { fires }), ...commented(found, `${kind} ${quoted(name)} on ${path(schema, table)}`) };
  return withKnown(definition.trim(), "definition", more);
}

function writtenPolicy({ command, permissive, roles, using, check, name, schema, table }: Policy, found: Lookup): Plain {
  const everyone = roles.length === 1 && roles[0] === "public";
  return {
    command,
    ...unless(true, { permissive }),
    ...(everyone ? {} : { roles }),
    ...said({ using, check }),
    ...commented(found, `policy ${quoted(name)} on ${path(schema, table)}`),
  };
}

function writtenView(view: View, found: Lookup): unknown {
  const { id, schema, name } = view;
  const more = {
    ...said({ options: view.options }),
    ...writtenKnown(found, { on: "relation", id, identities: [`view ${id}`, `materialized view ${id}`] }),
    ...writtenIndexes(found, view),
    ...section("triggers", found.onTable("triggers", schema, name), (trigger) => writtenTrigger(trigger, "trigger", found)),
    ...section("rules", found.onTable("rules", schema, name), (rule) => writtenTrigger(rule, "rule", found)),
  };
  return withKnown(view.definition.trim(), "definition", more);
}

function writtenDomain(domain: Domain, found: Lookup): unknown {
  const { type, nullable, default: initial, collation } = domain;
  const more = {
    ...unless(true, { nullable }),
    ...said({ default: initial, collation }),
    ...ofType(found, domain.id),
    ...writtenConstraints(found, domain, "domain"),
  };
  return withKnown(type, "type", more);
}

function writtenSequence(sequence: Sequence, found: Lookup): Plain {
  const { type, start, increment, min, max, cache, cycle, ownedBy } = sequence;
  return {
    ...unless("bigint", { type }),
    ...unless("1", { start }),
    ...unless("1", { increment }),
    ...unless("1", { min }),
    ...unless(highest(type), { max }),
    ...unless("1", { cache }),
    ...unless(false, { cycle }),
    ...said({ ownedBy }),
    ...ofSequence(found, sequence),
  };
}

function ofSequence(found: Lookup, { id }: Sequence): Plain {
  return writtenKnown(found, { on: "relation", id, identities: [`sequence ${id}`] });
}

function writtenFunctions(routines: readonly Routine[], found: Lookup): Plain {
  const names = [...new Set(routines.map(({ name }) => name))];
  if (names.length === 0) return {};
  const overloads = (name: string) => routines.filter((routine) => routine.name === name).map((routine) => writtenRoutine(routine, found));
  return { functions: Object.fromEntries(names.map((name) => [keyOfName(name), overloads(name)])) };
}

/** One overload. */
export function writtenRoutine(routine: Routine, found: Lookup): Plain {
  const { id, volatility, security, strict, parallel, settings, body } = routine;
  return {
    args: `(${routine.arguments
      .filter(({ mode }) => mode !== "out" && mode !== "table")
      .map(writtenArgument)
      .join(", ")})`,
    ...said({ returns: routine.result, language: routine.language }),
    ...unless("volatile", { volatility }),
    ...unless("invoker", { security }),
    ...unless(false, { strict }),
    ...unless("unsafe", { parallel }),
    ...said({ settings, body }),
    ...writtenKnown(found, { on: "routine", id, identities: [`function ${id}`, `procedure ${id}`, `aggregate ${id}`] }),
  };
}

function writtenArgument({ name, mode, type, default: initial }: Argument): string {
  const parts = [
    mode === "in" ? "" : mode,
    name === undefined ? "" : quoted(name),
    type,
    initial === undefined ? "" : `default ${initial}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}
