import type { YAMLMap } from "yaml";
import { path } from "../../catalog/quote.ts";
import type { ObjectKind } from "../finding.ts";
import { keyOfName } from "../pattern.ts";
import type { YamlObject } from "../spec-writer/entry.ts";
import { schemaEntry } from "../spec-writer/schema.ts";
import type { DomainEntry, Entry, SchemaEntry, TableEntry, ViewEntry } from "../spec/spec.ts";
import type { Changes } from "./changes.ts";
import { updateFunctions } from "./functions.ts";
import { partsOfIndex } from "./properties.ts";
import { updateSection } from "./section.ts";

/** The sections of a schema in the order of `--write`, with the kind of their objects. */
const OF_SCHEMA = {
  enums: "enum",
  domains: "domain",
  composites: "composite",
  ranges: "range",
  sequences: "sequence",
  tables: "table",
  views: "view",
  materializedViews: "materialized view",
  indexes: "index",
  statistics: "statistics",
} as const satisfies Partial<Record<keyof SchemaEntry, ObjectKind>>;

/** The sections of a table, view or domain. */
const OF_RELATION = {
  columns: "column",
  constraints: "constraint",
  indexes: "index",
  triggers: "trigger",
  policies: "policy",
  rules: "rule",
} as const satisfies Partial<Record<keyof TableEntry, ObjectKind>>;

export function updateSchema(changes: Changes, name: string, schema: SchemaEntry, node: YAMLMap): void {
  const current = schemaEntry(changes.found, name);
  const siblings = ["mode", "comment", "grants", ...Object.keys(OF_SCHEMA), "functions"];
  for (const [key, kind] of Object.entries(OF_SCHEMA) as [keyof typeof OF_SCHEMA, ObjectKind][]) {
    updateSection(changes, {
      parent: node,
      key,
      kind,
      siblings,
      owner: path(name),
      entries: schema[key],
      // `--write` lists indexes in their tables.
      current: key === "indexes" ? listedIndexes(changes, name, schema) : toObject(current[key]),
      isExact: () => key !== "indexes" && schema.mode === "exactly",
      ...(key === "indexes" ? { parts: (index: string) => partsOfIndex(changes.found, name, index) } : {}),
      updateInside: (relation, entry, relationName, full) =>
        updateRelation(changes, { schema, schemaName: name, node: relation, entry, name: relationName, full }),
    });
  }
  updateFunctions(changes, { schema, schemaName: name, parent: node, siblings });
}

/** The definitions of the indexes that the section `indexes` of the schema lists. */
function listedIndexes({ found }: Changes, schemaName: string, { indexes: listed }: SchemaEntry): YamlObject {
  const indexes = found.inSchema("indexes", schemaName).filter(({ name }) => listed?.has(name) === true);
  return Object.fromEntries(indexes.map(({ name, definition }) => [keyOfName(name), definition]));
}

interface RelationUpdate {
  readonly schema: SchemaEntry;
  readonly schemaName: string;
  readonly node: YAMLMap;
  readonly entry: Entry;
  readonly name: string;
  readonly full: YamlObject;
}

function updateRelation(changes: Changes, { schema, schemaName, node, entry, name, full }: RelationUpdate): void {
  const sections = entry as TableEntry & ViewEntry & DomainEntry;
  const isExact = (sections.mode ?? schema.mode) === "exactly";
  for (const [key, kind] of Object.entries(OF_RELATION) as [keyof typeof OF_RELATION, ObjectKind][]) {
    updateSection(changes, {
      parent: node,
      key,
      kind,
      owner: kind === "index" ? path(schemaName) : path(schemaName, name),
      entries: sections[key],
      current: toObject(full[key]),
      siblings: Object.keys(full),
      isExact: () => isExact,
      ...(kind === "index" ? { parts: (index: string) => partsOfIndex(changes.found, schemaName, index) } : {}),
    });
  }
}

function toObject(value: unknown): YamlObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as YamlObject) : {};
}
