import type { YAMLMap } from "yaml";
import type { ObjectKind } from "../finding.ts";
import { keyOfName } from "../pattern.ts";
import { path } from "../../catalog/quote.ts";
import type { DomainRule, Rule, SchemaRule, TableRule, ViewRule } from "../spec/spec.ts";
import type { Plain } from "../spec-writer/known.ts";
import { writtenSchema } from "../spec-writer/spec-writer.ts";
import type { Changes } from "./change.ts";
import { changeFunctions } from "./functions.ts";
import { changeSection, type SectionChange } from "./section.ts";
import { partsOfIndex } from "./values.ts";

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
} as const satisfies Partial<Record<keyof SchemaRule, ObjectKind>>;

const OF_RELATION = {
  columns: "column",
  constraints: "constraint",
  indexes: "index",
  triggers: "trigger",
  policies: "policy",
  rules: "rule",
} as const satisfies Partial<Record<keyof TableRule, ObjectKind>>;

/** What is said about one schema. */
export function changeSchema(changes: Changes, name: string, rule: SchemaRule, node: YAMLMap): void {
  const written = writtenSchema(changes.found, name);
  const siblings = ["mode", "comment", "grants", ...Object.keys(OF_SCHEMA), "functions"];
  for (const [key, kind] of Object.entries(OF_SCHEMA) as [keyof typeof OF_SCHEMA, ObjectKind][]) {
    changeSection(changes, {
      parent: node,
      key,
      kind,
      siblings,
      within: path(name),
      rules: rule[key],
      // Indexes that are listed for the schema are written with their tables.
      written: key === "indexes" ? indexesOf(changes, name, rule) : ((written[key] ?? {}) as Plain),
      isExact: () => key !== "indexes" && rule.mode === "exactly",
      ...(key === "indexes" ? { parts: (index: string) => partsOfIndex(changes.found, name, index) } : {}),
      inside: (entry, entryRule, entryName, full) => changeInside(changes, { schema: name, rule, entry, entryRule, entryName, full }),
    });
  }
  changeFunctions(changes, name, rule, node, siblings);
}

/** The definitions of those indexes that the section lists: others are not its business. */
function indexesOf({ found }: Changes, schema: string, rule: SchemaRule): Plain {
  const indexes = found.inSchema("indexes", schema).filter(({ name }) => rule.indexes?.has(name) === true);
  return Object.fromEntries(indexes.map(({ name, definition }) => [keyOfName(name), definition]));
}

interface Entry {
  readonly schema: string;
  readonly rule: SchemaRule;
  readonly entry: YAMLMap;
  readonly entryRule: Rule;
  readonly entryName: string;
  readonly full: Plain;
}

function changeInside(changes: Changes, { schema, rule, entry, entryRule, entryName, full }: Entry): void {
  const within = path(schema, entryName);
  const sections = entryRule as TableRule & ViewRule & DomainRule;
  const exact = (sections.mode ?? rule.mode) === "exactly";
  for (const [key, kind] of Object.entries(OF_RELATION) as [keyof typeof OF_RELATION, ObjectKind][]) {
    const change: SectionChange = {
      parent: entry,
      key,
      kind,
      within: kind === "index" ? path(schema) : within,
      rules: sections[key],
      written: (isPlain(full[key]) ? full[key] : {}) as Plain,
      siblings: Object.keys(full),
      isExact: () => exact,
      ...(kind === "index" ? { parts: (index: string) => partsOfIndex(changes.found, schema, index) } : {}),
    };
    changeSection(changes, change);
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
