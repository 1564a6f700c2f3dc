import type { YAMLMap } from "yaml";
import type { ObjectKind } from "../finding.ts";
import { keyOfName } from "../pattern.ts";
import { path } from "../../catalog/quote.ts";
import type { DomainEntry, Entry as SpecEntry, SchemaEntry, TableEntry, ViewEntry } from "../spec/spec.ts";
import type { YamlObject } from "../spec-writer/entry.ts";
import { schemaEntry } from "../spec-writer/schema.ts";
import type { Changes } from "./changes.ts";
import { updateFunctions } from "./functions.ts";
import { updateSection, type SectionUpdate } from "./section.ts";
import { partsOfIndex } from "./properties.ts";

/** Sections in the order in which they are written, each with what it holds. */
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

const OF_RELATION = {
  columns: "column",
  constraints: "constraint",
  indexes: "index",
  triggers: "trigger",
  policies: "policy",
  rules: "rule",
} as const satisfies Partial<Record<keyof TableEntry, ObjectKind>>;

/** What is said about one schema. */
export function updateSchema(changes: Changes, name: string, rule: SchemaEntry, node: YAMLMap): void {
  const written = schemaEntry(changes.found, name);
  const siblings = ["mode", "comment", "grants", ...Object.keys(OF_SCHEMA), "functions"];
  for (const [key, kind] of Object.entries(OF_SCHEMA) as [keyof typeof OF_SCHEMA, ObjectKind][]) {
    updateSection(changes, {
      parent: node,
      key,
      kind,
      siblings,
      owner: path(name),
      entries: rule[key],
      // Indexes that are listed for the schema are written with their tables.
      current: key === "indexes" ? indexesOf(changes, name, rule) : ((written[key] ?? {}) as YamlObject),
      isExact: () => key !== "indexes" && rule.mode === "exactly",
      ...(key === "indexes" ? { parts: (index: string) => partsOfIndex(changes.found, name, index) } : {}),
      updateInside: (entry, entryRule, entryName, full) => changeInside(changes, { schema: name, rule, entry, entryRule, entryName, full }),
    });
  }
  updateFunctions(changes, name, rule, node, siblings);
}

/** The definitions of those indexes that the section lists: others are not its business. */
function indexesOf({ found }: Changes, schema: string, rule: SchemaEntry): YamlObject {
  const indexes = found.inSchema("indexes", schema).filter(({ name }) => rule.indexes?.has(name) === true);
  return Object.fromEntries(indexes.map(({ name, definition }) => [keyOfName(name), definition]));
}

interface Entry {
  readonly schema: string;
  readonly rule: SchemaEntry;
  readonly entry: YAMLMap;
  readonly entryRule: SpecEntry;
  readonly entryName: string;
  readonly full: YamlObject;
}

function changeInside(changes: Changes, { schema, rule, entry, entryRule, entryName, full }: Entry): void {
  const within = path(schema, entryName);
  const sections = entryRule as TableEntry & ViewEntry & DomainEntry;
  const exact = (sections.mode ?? rule.mode) === "exactly";
  for (const [key, kind] of Object.entries(OF_RELATION) as [keyof typeof OF_RELATION, ObjectKind][]) {
    const change: SectionUpdate = {
      parent: entry,
      key,
      kind,
      owner: kind === "index" ? path(schema) : within,
      entries: sections[key],
      current: (isPlain(full[key]) ? full[key] : {}) as YamlObject,
      siblings: Object.keys(full),
      isExact: () => exact,
      ...(kind === "index" ? { parts: (index: string) => partsOfIndex(changes.found, schema, index) } : {}),
    };
    updateSection(changes, change);
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
