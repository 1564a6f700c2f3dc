import { serialType } from "./datatype.ts";
import type {
  ColumnValue,
  DefinitionValue,
  DomainValue,
  IndexValue,
  PolicyValue,
  TableValue,
  TriggerValue,
  ViewValue,
} from "./object-schemas.ts";
import { toTextOrNull, readSection, type EntryProperties, type Path, type Reader } from "./section.ts";
import type { ColumnEntry, DefinitionEntry, DomainEntry, IndexEntry, PolicyEntry, TableEntry, TriggerEntry, ViewEntry } from "./spec.ts";

export function readTable(table: TableValue, path: Path, reader: Reader): EntryProperties<TableEntry> {
  return {
    ...table,
    columns: readSection<ColumnValue, ColumnEntry>(table.columns, [...path, "columns"], reader, (column, at) =>
      readColumn(column, at, reader),
    ),
    constraints: readSection<DefinitionValue, DefinitionEntry>(table.constraints, [...path, "constraints"], reader, readDefinition),
    ...readIndexesAndTriggers(table, path, reader),
    policies: readSection<PolicyValue, PolicyEntry>(table.policies, [...path, "policies"], reader, (policy) => ({
      ...policy,
      using: toTextOrNull(policy.using),
      check: toTextOrNull(policy.check),
    })),
  };
}

export function readView(view: ViewValue, path: Path, reader: Reader): EntryProperties<ViewEntry> {
  if (typeof view === "string") return { definition: view };
  return { ...view, ...readIndexesAndTriggers(view, path, reader) };
}

function readIndexesAndTriggers(
  { indexes, triggers, rules }: Pick<TableValue, "indexes" | "triggers" | "rules">,
  path: Path,
  reader: Reader,
): Required<Pick<ViewEntry, "indexes" | "triggers" | "rules">> {
  return {
    indexes: readSection<IndexValue, IndexEntry>(indexes, [...path, "indexes"], reader, readDefinition),
    triggers: readSection<TriggerValue, TriggerEntry>(triggers, [...path, "triggers"], reader, readDefinition),
    rules: readSection<TriggerValue, TriggerEntry>(rules, [...path, "rules"], reader, readDefinition),
  };
}

export function readDomain(domain: DomainValue, path: Path, reader: Reader): EntryProperties<DomainEntry> {
  if (typeof domain === "string") return { type: domain };
  return {
    ...domain,
    default: toTextOrNull(domain.default),
    constraints: readSection<DefinitionValue, DefinitionEntry>(domain.constraints, [...path, "constraints"], reader, readDefinition),
  };
}

/** In the short form, the value is the definition. */
export function readDefinition<V extends object>(value: string | V): V | { readonly definition: string } {
  return typeof value === "string" ? { definition: value } : value;
}

function readColumn(column: ColumnValue, path: Path, reader: Reader): EntryProperties<ColumnEntry> {
  const properties = typeof column === "string" ? { type: column } : { ...column, default: toTextOrNull(column.default) };
  const integer = properties.type === undefined ? undefined : serialType(properties.type);
  if (integer !== undefined) {
    reader.problem(path, `"${properties.type}" is not a type: write "${integer}", and a default of nextval(…)`);
  }
  return properties;
}
