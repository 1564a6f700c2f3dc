import { messageOf } from "../../errors.ts";
import { NAMED_KINDS, type NamedKind, type NameEntry, type Naming } from "./entry.ts";
import type { SchemaValue } from "./file-schema.ts";
import type {
  CompositeValue,
  DefinitionValue,
  DomainValue,
  EnumValue,
  FunctionValue,
  IndexValue,
  RangeValue,
  SequenceValue,
  TableValue,
  ViewValue,
} from "./object-schemas.ts";
import { readDefinition, readDomain, readTable, readView } from "./relations.ts";
import { readFunction } from "./routines.ts";
import { toText, readSection, type EntryProperties, type Path, type Reader, type Section } from "./section.ts";
import type * as Spec from "./spec.ts";

/** Reads the entry of one schema. */
export function readSchema(schema: SchemaValue, path: Path, name: string, reader: Reader): EntryProperties<Spec.SchemaEntry> {
  /** Reads one section. The names of its entries must not start with the name of the schema. */
  const section = <V, E extends Spec.Entry>(
    key: keyof SchemaValue,
    value: Section<V> | undefined,
    read: (value: V, path: Path, key: string) => EntryProperties<E>,
  ): Spec.EntriesByName<E> | undefined => {
    const entries = readSection<V, E>(value, [...path, key], reader, read);
    for (const [entry, { line }] of entries ?? []) {
      if (entry.startsWith(`${name}.`)) reader.problemAt(line, `"${entry}" repeats its schema: write "${entry.slice(name.length + 1)}"`);
    }
    return entries;
  };
  const view = (value: ViewValue, at: Path): EntryProperties<Spec.ViewEntry> => readView(value, at, reader);
  return {
    ...schema,
    mode: schema.mode ?? "at least",
    tables: section<TableValue, Spec.TableEntry>("tables", schema.tables, (table, at) => readTable(table, at, reader)),
    views: section<ViewValue, Spec.ViewEntry>("views", schema.views, view),
    materializedViews: section<ViewValue, Spec.ViewEntry>("materializedViews", schema.materializedViews, view),
    functions: section<FunctionValue, Spec.FunctionEntry>("functions", schema.functions, (value, at, key) =>
      readFunction(value, at, key, reader),
    ),
    indexes: section<IndexValue, Spec.IndexEntry>("indexes", schema.indexes, readDefinition),
    sequences: section<SequenceValue, Spec.SequenceEntry>("sequences", schema.sequences, readSequence),
    enums: section<EnumValue, Spec.EnumEntry>("enums", schema.enums, readEnum),
    domains: section<DomainValue, Spec.DomainEntry>("domains", schema.domains, (domain, at) => readDomain(domain, at, reader)),
    composites: section<CompositeValue, Spec.CompositeEntry>("composites", schema.composites, readComposite),
    ranges: section<RangeValue, Spec.RangeEntry>("ranges", schema.ranges, (value) =>
      typeof value === "string" ? { subtype: value } : value,
    ),
    statistics: section<DefinitionValue, Spec.DefinitionEntry>("statistics", schema.statistics, readDefinition),
    naming: schema.naming === undefined ? undefined : readNaming(schema.naming, [...path, "naming"], reader),
  };
}

function readNaming(naming: NonNullable<SchemaValue["naming"]>, path: Path, reader: Reader): Naming {
  const entries = new Map<NamedKind, NameEntry>();
  for (const kind of NAMED_KINDS) {
    const value = naming[kind];
    if (value === undefined) continue;
    const at = [...path, kind];
    const properties = typeof value === "string" ? { like: value } : value;
    try {
      const expression = new RegExp(`^(?:${properties.like})$`, "u");
      entries.set(kind, { ...properties, expression, line: reader.lineOf(at), nameOnly: false });
    } catch (thrown) {
      reader.problem(at, `${JSON.stringify(properties.like)} is not a valid regular expression: ${messageOf(thrown)}`);
    }
  }
  return entries;
}

function readSequence(value: SequenceValue): EntryProperties<Spec.SequenceEntry> {
  const { start, increment, min, max, cache } = value;
  return {
    ...value,
    start: optionalText(start),
    increment: optionalText(increment),
    min: optionalText(min),
    max: optionalText(max),
    cache: optionalText(cache),
  };
}

function optionalText(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : toText(value);
}

function readEnum(value: EnumValue): EntryProperties<Spec.EnumEntry> {
  return Array.isArray(value) ? { labels: value.map(toText) } : { ...value, labels: value.labels?.map(toText) };
}

function readComposite(value: CompositeValue): EntryProperties<Spec.CompositeEntry> {
  const { attributes } = value;
  return { ...value, attributes: attributes === undefined ? undefined : new Map(Object.entries(attributes)) };
}
