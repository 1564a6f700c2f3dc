import { messageOf } from "../../errors.ts";
import { asText, entries, type Body, type Place, type Reading, type Section } from "./entries.ts";
import { definitionBody, domainBody, tableBody, viewBody, type WrittenEntry } from "./relations.ts";
import { functionBody } from "./routines.ts";
import type { Written } from "./shape.ts";
import { NAMED_KINDS, type NamedKind, type NameRule, type Naming } from "./naming.ts";
import type * as Rules from "./spec.ts";

type WrittenSchema = NonNullable<Exclude<NonNullable<Written["schemas"]>, readonly string[]>[string]>;

/** Reads what is said about one schema. */
export function schemaBody(schema: WrittenSchema, at: Place, name: string, reading: Reading): Body<Rules.SchemaRule> {
  /** Reads the section `key`, whose entries may not repeat the schema's name. */
  const section = <K extends keyof WrittenSchema & keyof Rules.SchemaRule, R extends Rules.Rule>(
    key: K,
    read: (entry: WrittenEntry<K>, place: Place, key: string) => Body<R>,
  ): Rules.Named<R> | undefined => {
    const written = schema[key] as Section<WrittenEntry<K>> | undefined;
    const rules = entries<WrittenEntry<K>, R>(written, [...at, key], reading, read);
    for (const [entry, { line }] of rules ?? []) {
      if (entry.startsWith(`${name}.`)) reading.problemAt(line, `"${entry}" stands under its schema already: leave "${name}." out`);
    }
    return rules;
  };
  return {
    ...schema,
    mode: schema.mode ?? "at least",
    tables: section<"tables", Rules.TableRule>("tables", (table, place) => tableBody(table, place, reading)),
    views: section<"views", Rules.ViewRule>("views", (view, place) => viewBody(view, place, reading)),
    materializedViews: section<"materializedViews", Rules.ViewRule>("materializedViews", (view, place) => viewBody(view, place, reading)),
    functions: section<"functions", Rules.FunctionRule>("functions", (entry, place, key) => functionBody(entry, place, key, reading)),
    indexes: section<"indexes", Rules.IndexRule>("indexes", definitionBody),
    sequences: section<"sequences", Rules.SequenceRule>("sequences", sequenceBody),
    enums: section<"enums", Rules.EnumRule>("enums", enumBody),
    domains: section<"domains", Rules.DomainRule>("domains", (domain, place) => domainBody(domain, place, reading)),
    composites: section<"composites", Rules.CompositeRule>("composites", compositeBody),
    ranges: section<"ranges", Rules.RangeRule>("ranges", (entry) => (typeof entry === "string" ? { subtype: entry } : entry)),
    statistics: section<"statistics", Rules.DefinitionRule>("statistics", definitionBody),
    naming: schema.naming === undefined ? undefined : namingOf(schema.naming, [...at, "naming"], reading),
  };
}

function namingOf(naming: NonNullable<WrittenSchema["naming"]>, at: Place, reading: Reading): Naming {
  const rules = new Map<NamedKind, NameRule>();
  for (const kind of NAMED_KINDS) {
    const written = naming[kind];
    if (written === undefined) continue;
    const place = [...at, kind];
    const said = typeof written === "string" ? { like: written } : written;
    try {
      const whole = new RegExp(`^(?:${said.like})$`, "u");
      rules.set(kind, { ...said, whole, line: reading.lineOf(place), bare: false });
    } catch (thrown) {
      reading.problem(place, `${JSON.stringify(said.like)} is no regular expression: ${messageOf(thrown)}`);
    }
  }
  return rules;
}

function sequenceBody(entry: WrittenEntry<"sequences">): Body<Rules.SequenceRule> {
  const { start, increment, min, max, cache } = entry;
  return {
    ...entry,
    start: asTextIfSaid(start),
    increment: asTextIfSaid(increment),
    min: asTextIfSaid(min),
    max: asTextIfSaid(max),
    cache: asTextIfSaid(cache),
  };
}

function asTextIfSaid(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : asText(value);
}

function enumBody(entry: WrittenEntry<"enums">): Body<Rules.EnumRule> {
  return Array.isArray(entry) ? { labels: entry.map(asText) } : { ...entry, labels: entry.labels?.map(asText) };
}

function compositeBody(entry: WrittenEntry<"composites">): Body<Rules.CompositeRule> {
  const { attributes } = entry;
  return { ...entry, attributes: attributes === undefined ? undefined : new Map(Object.entries(attributes)) };
}
