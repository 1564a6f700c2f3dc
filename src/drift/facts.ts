import type { Catalog } from "../catalog/catalog.ts";
import type { Column } from "../catalog/columns.ts";
import { quoted } from "../catalog/quote.ts";
import type { Change, ChangedKind } from "./change.ts";

/** One object of a catalog with its properties, and what it is a part of. */
export interface Fact {
  readonly kind: ChangedKind;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Keys of the objects without which this one can't be: where one of them is missing, so is this. */
  readonly partOf: readonly string[];
}

/** Identity of an object over all kinds. Tables and views share a namespace, and so do all kinds of routines. */
export function keyOf(kind: ChangedKind, id: string): string {
  return `${kind} ${id}`;
}

/** The key of the object that a change is about. */
export function keyOfChange({ kind, object }: Change): string {
  return keyOf(kind, object);
}

/** The keys of what a part of a table may be part of. */
function onTable(item: { readonly schema: string; readonly table: string }): readonly string[] {
  const id = `${quoted(item.schema)}.${quoted(item.table)}`;
  return [keyOf("table", id), keyOf("view", id), keyOf("materialized view", id), keyOf("domain", id)];
}

/** The objects of a catalog by key. A column is an object of its own; so is a table's grant or comment. */
export function factsOf(catalog: Catalog): ReadonlyMap<string, Fact> {
  const facts = new Map<string, Fact>();
  const add = (kind: ChangedKind, id: string, properties: object, partOf: readonly string[] = []): void => {
    const { id: _, name: __, schema: ___, table: ____, ...own } = properties as Record<string, unknown>;
    facts.set(keyOf(kind, id), { kind, id, properties: own, partOf });
  };
  const addAll = (kind: ChangedKind, list: readonly { readonly id: string }[]): void => {
    for (const item of list) add(kind, item.id, item);
  };
  addAll("schema", catalog.schemas);
  for (const { schema, ...extension } of catalog.extensions) add("extension", extension.id, { ...extension, inSchema: schema });
  for (const table of catalog.tables) {
    const { columns, ...own } = table;
    const order = columns.filter((column) => column.inherited === undefined).map((column) => column.name);
    add("table", table.id, { ...own, columnOrder: order });
    for (const column of columns) add("column", `${table.id}.${quoted(column.name)}`, column, [keyOf("table", table.id)]);
  }
  for (const view of catalog.views) {
    const { materialized, columns, ...own } = view;
    add(materialized ? "materialized view" : "view", view.id, { ...own, columns: columns.map(columnOfView) });
  }
  for (const constraint of catalog.constraints) add("constraint", constraint.id, constraint, onTable(constraint));
  for (const index of catalog.indexes) {
    const table = `${quoted(index.schema)}.${quoted(index.table)}`;
    const served = index.constraint === undefined ? [] : [keyOf("constraint", `${table}.${quoted(index.constraint)}`)];
    add("index", index.id, index, [...onTable(index), ...served]);
  }
  for (const sequence of catalog.sequences) {
    add("sequence", sequence.id, sequence, sequence.ownedBy === undefined ? [] : [keyOf("column", sequence.ownedBy)]);
  }
  for (const routine of catalog.routines) {
    const { signature: _, arguments: given, ...own } = routine;
    add(routine.kind, routine.id, { ...own, arguments: given.map(argumentText) });
  }
  for (const trigger of catalog.triggers) add("trigger", trigger.id, trigger, onTable(trigger));
  for (const rule of catalog.rules) add("rule", rule.id, rule, onTable(rule));
  for (const policy of catalog.policies) add("policy", policy.id, policy, onTable(policy));
  addAll("enum", catalog.enums);
  addAll("domain", catalog.domains);
  for (const composite of catalog.composites) {
    add("composite", composite.id, { ...composite, attributes: composite.attributes.map(attributeText) });
  }
  addAll("range", catalog.ranges);
  addAll("collation", catalog.collations);
  addAll("operator", catalog.operators);
  addAll("cast", catalog.casts);
  addAll("text search configuration", catalog.textSearchConfigurations);
  addAll("statistics", catalog.statistics);
  addAll("event trigger", catalog.eventTriggers);
  addAll("publication", catalog.publications);
  addAll("foreign server", catalog.foreignServers);
  for (const grant of catalog.grants) add("grant", grant.id, { rights: grant.rights }, objectsOf(grant.on, grant.name));
  addAll("default privilege", catalog.defaultPrivileges);
  for (const comment of catalog.comments) add("comment", comment.id, { text: comment.text }, commented(comment.on, comment.name));
  return facts;
}

function columnOfView({ name, type, default: byDefault, collation, statistics, options }: Column): string {
  return [
    name,
    type,
    collation === undefined ? "" : `collate ${collation}`,
    byDefault === undefined ? "" : `default ${byDefault}`,
    statistics === undefined ? "" : `statistics ${statistics}`,
    ...(options ?? []),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

function attributeText({ name, type, collation }: { readonly name: string; readonly type: string; readonly collation?: string }): string {
  return [quoted(name), type, ...(collation === undefined ? [] : [`collate ${collation}`])].join(" ");
}

function argumentText(argument: {
  readonly name?: string;
  readonly mode: string;
  readonly type: string;
  readonly default?: string;
}): string {
  const { name, mode, type, default: byDefault } = argument;
  return [mode === "in" ? "" : mode, name ?? "", type, byDefault === undefined ? "" : `default ${byDefault}`]
    .filter((part) => part !== "")
    .join(" ");
}

/** The kinds of object that a grant may be on, by the grant's own word. */
const GRANTED: Readonly<Record<string, readonly ChangedKind[]>> = {
  schema: ["schema"],
  relation: ["table", "view", "materialized view", "sequence"],
  column: ["column"],
  routine: ["function", "procedure", "aggregate", "window function"],
  type: ["enum", "domain", "composite", "range"],
};

function objectsOf(on: string, id: string): readonly string[] {
  return [...(GRANTED[on] ?? []).map((kind) => keyOf(kind, id)), ...(on === "column" ? viewsOf(id) : [])];
}

/** Views whose column it may be: such a column is no object of its own. */
function viewsOf(column: string): readonly string[] {
  return [keyOf("view", withoutColumn(column)), keyOf("materialized view", withoutColumn(column))];
}

function withoutColumn(id: string): string {
  return id.replace(/\.(?:"(?:[^"]|"")*"|[^".]+)$/s, "");
}

/** The kinds of object that a comment may be on, by the words of `pg_identify_object`. */
const COMMENTED: Readonly<Record<string, readonly ChangedKind[]>> = {
  schema: ["schema"],
  table: ["table"],
  "foreign table": ["table"],
  "table column": ["column"],
  "foreign table column": ["column"],
  view: ["view"],
  "materialized view": ["materialized view"],
  index: ["index"],
  sequence: ["sequence"],
  function: ["function", "window function"],
  procedure: ["procedure"],
  aggregate: ["aggregate"],
  type: ["enum", "domain", "composite", "range"],
  "event trigger": ["event trigger"],
  "statistics object": ["statistics"],
  publication: ["publication"],
  collation: ["collation"],
  operator: ["operator"],
  cast: ["cast"],
  "text search configuration": ["text search configuration"],
};

function commented(on: string, identity: string): readonly string[] {
  // Constraints, triggers, policies and rules are named `name on table`.
  const part = /^(?:table constraint|domain constraint|trigger|policy|rule)$/.test(on) ? /^(.*) on (.*)$/s.exec(identity) : null;
  const plain = asCatalogued(identity);
  if (on === "view column" || on === "materialized view column") return viewsOf(plain);
  if (on === "composite type column") return [keyOf("composite", withoutColumn(plain))];
  if (part === null) return (COMMENTED[on] ?? []).map((kind) => keyOf(kind, plain));
  const kind = on.endsWith("constraint") ? "constraint" : (on as "trigger" | "policy" | "rule");
  return [keyOf(kind, `${part[2]}.${part[1]}`)];
}

/** `pg_identify_object` names arguments without blanks, types of Postgres with their schema, and a cast in brackets. */
function asCatalogued(identity: string): string {
  return identity
    .replaceAll("pg_catalog.", "")
    .replace(/^\((.*) AS (.*)\)$/s, "$1 as $2")
    .replace("(NONE,", "(none,")
    .replaceAll(/("(?:[^"]|"")*")|,/g, (comma, inQuotes?: string) => inQuotes ?? `${comma} `);
}
