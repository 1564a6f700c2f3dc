import type { Catalog } from "../catalog/catalog.ts";
import type { Column } from "../catalog/columns.ts";
import { quoted } from "../catalog/quote.ts";
import { keysOfComment, keysOfGrant, tableKeys } from "./belongs-to.ts";
import { type ChangedKind, keyOf } from "./change.ts";

/** An object of a catalog: its properties, and the objects that it belongs to. */
export interface Fact {
  readonly kind: ChangedKind;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Keys of the objects that this one belongs to: it cannot exist without them. */
  readonly partOf: readonly string[];
}

/** The objects of a catalog by key. A column, a grant and a comment are objects too. */
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
  for (const constraint of catalog.constraints) add("constraint", constraint.id, constraint, tableKeys(constraint));
  for (const index of catalog.indexes) {
    const table = `${quoted(index.schema)}.${quoted(index.table)}`;
    const ownConstraint = index.constraint === undefined ? [] : [keyOf("constraint", `${table}.${quoted(index.constraint)}`)];
    add("index", index.id, index, [...tableKeys(index), ...ownConstraint]);
  }
  for (const sequence of catalog.sequences) {
    add("sequence", sequence.id, sequence, sequence.ownedBy === undefined ? [] : [keyOf("column", sequence.ownedBy)]);
  }
  for (const routine of catalog.routines) {
    const { signature: _, arguments: given, ...own } = routine;
    add(routine.kind, routine.id, { ...own, arguments: given.map(argumentText) });
  }
  for (const trigger of catalog.triggers) add("trigger", trigger.id, trigger, tableKeys(trigger));
  for (const rule of catalog.rules) add("rule", rule.id, rule, tableKeys(rule));
  for (const policy of catalog.policies) add("policy", policy.id, policy, tableKeys(policy));
  addAll("enum", catalog.enums);
  addAll("domain", catalog.domains);
  for (const composite of catalog.composites) {
    add("composite", composite.id, { ...composite, attributes: composite.attributes.map(attributeText) });
  }
  addAll("range", catalog.ranges);
  addAll("collation", catalog.collations);
  addAll("operator", catalog.operators);
  addAll("operator family", catalog.operatorFamilies);
  for (const item of catalog.operatorClasses) add("operator class", item.id, item, [keyOf("operator family", item.family)]);
  addAll("cast", catalog.casts);
  addAll("text search configuration", catalog.textSearchConfigurations);
  addAll("statistics", catalog.statistics);
  addAll("event trigger", catalog.eventTriggers);
  addAll("publication", catalog.publications);
  addAll("foreign server", catalog.foreignServers);
  for (const grant of catalog.grants) add("grant", grant.id, { rights: grant.rights }, keysOfGrant(grant.on, grant.name));
  addAll("default privilege", catalog.defaultPrivileges);
  for (const comment of catalog.comments) add("comment", comment.id, { text: comment.text }, keysOfComment(comment.on, comment.name));
  return facts;
}

function columnOfView({ name, type, default: byDefault, collation, storage, compression, statistics, options }: Column): string {
  return [
    name,
    type,
    collation === undefined ? "" : `collate ${collation}`,
    byDefault === undefined ? "" : `default ${byDefault}`,
    storage === undefined ? "" : `storage ${storage}`,
    compression === undefined ? "" : `compression ${compression}`,
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
