import { messageOf } from "../../errors.ts";
import { toText, readSection, type EntryProperties, type Path, type Reader, type Section } from "./section.ts";
import { readDefinition, readDomain, readTable, readView, type WrittenEntry } from "./relations.ts";
import { readFunction } from "./routines.ts";
import type { SpecFile } from "./file-schema.ts";
import { NAMED_KINDS, type NamedKind, type NameEntry, type Naming } from "./naming.ts";
import type * as Rules from "./spec.ts";

type WrittenSchema = NonNullable<Exclude<NonNullable<SpecFile["schemas"]>, readonly string[]>[string]>;

/** Reads what is said about one schema. */
export function readSchema(schema: WrittenSchema, at: Path, name: string, reading: Reader): EntryProperties<Rules.SchemaEntry> {
  /** Reads the section `key`, whose entries may not repeat the schema's name. */
  const section = <K extends keyof WrittenSchema & keyof Rules.SchemaEntry, R extends Rules.Entry>(
    key: K,
    read: (entry: WrittenEntry<K>, place: Path, key: string) => EntryProperties<R>,
  ): Rules.EntriesByName<R> | undefined => {
    const written = schema[key] as Section<WrittenEntry<K>> | undefined;
    const rules = readSection<WrittenEntry<K>, R>(written, [...at, key], reading, read);
    for (const [entry, { line }] of rules ?? []) {
      if (entry.startsWith(`${name}.`)) reading.problemAt(line, `"${entry}" stands under its schema already: leave "${name}." out`);
    }
    return rules;
  };
  return {
    ...schema,
    mode: schema.mode ?? "at least",
    tables: section<"tables", Rules.TableEntry>("tables", (table, place) => readTable(table, place, reading)),
    views: section<"views", Rules.ViewEntry>("views", (view, place) => readView(view, place, reading)),
    materializedViews: section<"materializedViews", Rules.ViewEntry>("materializedViews", (view, place) => readView(view, place, reading)),
    functions: section<"functions", Rules.FunctionEntry>("functions", (entry, place, key) => readFunction(entry, place, key, reading)),
    indexes: section<"indexes", Rules.IndexEntry>("indexes", readDefinition),
    sequences: section<"sequences", Rules.SequenceEntry>("sequences", readSequence),
    enums: section<"enums", Rules.EnumEntry>("enums", readEnum),
    domains: section<"domains", Rules.DomainEntry>("domains", (domain, place) => readDomain(domain, place, reading)),
    composites: section<"composites", Rules.CompositeEntry>("composites", readComposite),
    ranges: section<"ranges", Rules.RangeEntry>("ranges", (entry) => (typeof entry === "string" ? { subtype: entry } : entry)),
    statistics: section<"statistics", Rules.DefinitionEntry>("statistics", readDefinition),
    naming: schema.naming === undefined ? undefined : readNaming(schema.naming, [...at, "naming"], reading),
  };
}

function readNaming(naming: NonNullable<WrittenSchema["naming"]>, at: Path, reading: Reader): Naming {
  const rules = new Map<NamedKind, NameEntry>();
  for (const kind of NAMED_KINDS) {
    const written = naming[kind];
    if (written === undefined) continue;
    const place = [...at, kind];
    const said = typeof written === "string" ? { like: written } : written;
    try {
      const expression = new RegExp(`^(?:${said.like})$`, "u");
      rules.set(kind, { ...said, expression, line: reading.lineOf(place), nameOnly: false });
    } catch (thrown) {
      reading.problem(place, `${JSON.stringify(said.like)} is no regular expression: ${messageOf(thrown)}`);
    }
  }
  return rules;
}

function readSequence(entry: WrittenEntry<"sequences">): EntryProperties<Rules.SequenceEntry> {
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
  return value === undefined ? undefined : toText(value);
}

function readEnum(entry: WrittenEntry<"enums">): EntryProperties<Rules.EnumEntry> {
  return Array.isArray(entry) ? { labels: entry.map(toText) } : { ...entry, labels: entry.labels?.map(toText) };
}

function readComposite(entry: WrittenEntry<"composites">): EntryProperties<Rules.CompositeEntry> {
  const { attributes } = entry;
  return { ...entry, attributes: attributes === undefined ? undefined : new Map(Object.entries(attributes)) };
}
