import type { Column } from "./catalog/columns.ts";
import type { Constraint } from "./catalog/constraints.ts";
import type { Index } from "./catalog/indexes.ts";
import type { Policy } from "./catalog/policies.ts";
import type { Table, View } from "./catalog/relations.ts";
import type { Argument, Routine } from "./catalog/routines.ts";
import type { Sequence } from "./catalog/sequences.ts";
import type { Trigger } from "./catalog/triggers.ts";
import type { Domain } from "./catalog/datatypes.ts";
import { highest } from "./checks/sequences.ts";
import type { Lookup } from "./lookup.ts";
import { quoted } from "./quote.ts";

type Plain = Readonly<Record<string, unknown>>;

/** One schema as the spec file says it, "exactly"; properties that are plain are left out, and so are empty sections. */
export function writtenSchema(found: Lookup, schema: string): Plain {
  const views = found.inSchema("views", schema);
  return {
    mode: "exactly",
    ...section("enums", found.inSchema("enums", schema), (type) => type.labels),
    ...section("domains", found.inSchema("domains", schema), (domain) => writtenDomain(domain, found)),
    ...section("composites", found.inSchema("composites", schema), ({ attributes }) => ({
      attributes: Object.fromEntries(attributes.map(({ name, type }) => [name, type])),
    })),
    ...section("ranges", found.inSchema("ranges", schema), (range) => range.subtype),
    ...section(
      "sequences",
      found.inSchema("sequences", schema).filter((sequence) => sequence.identity !== true),
      writtenSequence,
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
    ...writtenFunctions(found.inSchema("routines", schema)),
  };
}

function section<A extends { readonly name: string }>(key: string, objects: readonly A[], write: (object: A) => unknown): Plain {
  return objects.length === 0 ? {} : { [key]: Object.fromEntries(objects.map((object) => [object.name, write(object)])) };
}

function writtenTable(table: Table, found: Lookup): Plain {
  const { schema, name } = table;
  return {
    ...unless("table", { kind: table.kind }),
    ...unless("permanent", { persistence: table.persistence }),
    ...unless("off", { rowSecurity: table.rowSecurity }),
    ...said({ partitionBy: table.partitionKey, inherits: table.inherits, bound: table.partitionBound }),
    ...section(
      "columns",
      table.columns.filter((column) => column.inherited !== true),
      writtenColumn,
    ),
    ...writtenConstraints(found.onTable("constraints", schema, name), "table"),
    ...writtenIndexes(found.onTable("indexes", schema, name)),
    ...section("triggers", found.onTable("triggers", schema, name), writtenTrigger),
    ...section("policies", found.onTable("policies", schema, name), writtenPolicy),
  };
}

/** A plain column is its type alone. */
function writtenColumn({ type, nullable, default: initial, identity, generated, collation }: Column): unknown {
  const more = { ...unless(true, { nullable }), ...said({ default: initial, identity, generated, collation }) };
  return Object.keys(more).length === 0 ? type : { type, ...more };
}

function writtenConstraints(constraints: readonly Constraint[], of: Constraint["of"]): Plain {
  return section(
    "constraints",
    constraints.filter((constraint) => constraint.of === of && constraint.inherited !== true),
    ({ definition }) => definition,
  );
}

/** Those that serve a constraint come with it. */
function writtenIndexes(indexes: readonly Index[]): Plain {
  return section(
    "indexes",
    indexes.filter((index) => index.constraint === undefined && index.parent === undefined),
    ({ definition }) => definition,
  );
}

function writtenTrigger({ definition, fires }: Trigger): unknown {
  return fires === "origin" ? definition : { definition, fires };
}

function writtenPolicy({ command, permissive, roles, using, check }: Policy): Plain {
  const everyone = roles.length === 1 && roles[0] === "public";
  return { command, ...unless(true, { permissive }), ...(everyone ? {} : { roles }), ...said({ using, check }) };
}

function writtenView(view: View, found: Lookup): unknown {
  const more = { ...said({ options: view.options }), ...writtenIndexes(found.onTable("indexes", view.schema, view.name)) };
  const definition = view.definition.trim();
  return Object.keys(more).length === 0 ? definition : { definition, ...more };
}

function writtenDomain(domain: Domain, found: Lookup): unknown {
  const { type, nullable, default: initial, collation } = domain;
  const more = {
    ...unless(true, { nullable }),
    ...said({ default: initial, collation }),
    ...writtenConstraints(found.onTable("constraints", domain.schema, domain.name), "domain"),
  };
  return Object.keys(more).length === 0 ? type : { type, ...more };
}

function writtenSequence(sequence: Sequence): Plain {
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
  };
}

function writtenFunctions(routines: readonly Routine[]): Plain {
  const names = [...new Set(routines.map(({ name }) => name))];
  if (names.length === 0) return {};
  const overloads = (name: string) => routines.filter((routine) => routine.name === name).map(writtenRoutine);
  return { functions: Object.fromEntries(names.map((name) => [name, overloads(name)])) };
}

function writtenRoutine(routine: Routine): Plain {
  const { volatility, security, strict, parallel, settings, body } = routine;
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

/** The properties that are there. */
function said(properties: Plain): Plain {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}

/** A property, unless it is plain. */
function unless(plain: unknown, properties: Plain): Plain {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== plain));
}
