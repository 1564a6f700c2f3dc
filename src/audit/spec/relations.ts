import { toTextOrNull, readSection, type EntryProperties, type Path, type Reader } from "./section.ts";
import { serialType } from "./datatype.ts";
import type { SpecFile } from "./file-schema.ts";
import type { ColumnEntry, DefinitionEntry, DomainEntry, IndexEntry, PolicyEntry, TableEntry, TriggerEntry, ViewEntry } from "./spec.ts";

type WrittenSchema = NonNullable<Exclude<NonNullable<SpecFile["schemas"]>, readonly string[]>[string]>;
type EntryOf<S> = Exclude<Exclude<S, undefined | readonly string[]> extends Readonly<Record<string, infer E>> ? E : never, null>;
export type WrittenEntry<K extends keyof WrittenSchema> = EntryOf<WrittenSchema[K]>;
type WrittenTable = WrittenEntry<"tables">;

export function readTable(table: WrittenTable, at: Path, reading: Reader): EntryProperties<TableEntry> {
  return {
    ...table,
    columns: readSection<EntryOf<WrittenTable["columns"]>, ColumnEntry>(table.columns, [...at, "columns"], reading, (column, place) =>
      readColumn(column, place, reading),
    ),
    constraints: readSection<EntryOf<WrittenTable["constraints"]>, DefinitionEntry>(
      table.constraints,
      [...at, "constraints"],
      reading,
      readDefinition,
    ),
    indexes: readSection<EntryOf<WrittenTable["indexes"]>, IndexEntry>(table.indexes, [...at, "indexes"], reading, readDefinition),
    triggers: readSection<EntryOf<WrittenTable["triggers"]>, TriggerEntry>(table.triggers, [...at, "triggers"], reading, readDefinition),
    policies: readSection<EntryOf<WrittenTable["policies"]>, PolicyEntry>(table.policies, [...at, "policies"], reading, (policy) => ({
      ...policy,
      using: toTextOrNull(policy.using),
      check: toTextOrNull(policy.check),
    })),
    rules: readSection<EntryOf<WrittenTable["rules"]>, TriggerEntry>(table.rules, [...at, "rules"], reading, readDefinition),
  };
}

export function readView(view: WrittenEntry<"views">, at: Path, reading: Reader): EntryProperties<ViewEntry> {
  if (typeof view === "string") return { definition: view };
  return {
    ...view,
    indexes: readSection<WrittenEntry<"indexes">, IndexEntry>(view.indexes, [...at, "indexes"], reading, readDefinition),
    triggers: readSection<EntryOf<WrittenTable["triggers"]>, TriggerEntry>(view.triggers, [...at, "triggers"], reading, readDefinition),
    rules: readSection<EntryOf<WrittenTable["rules"]>, TriggerEntry>(view.rules, [...at, "rules"], reading, readDefinition),
  };
}

export function readDomain(domain: WrittenEntry<"domains">, at: Path, reading: Reader): EntryProperties<DomainEntry> {
  if (typeof domain === "string") return { type: domain };
  return {
    ...domain,
    default: toTextOrNull(domain.default),
    constraints: readSection<EntryOf<typeof domain.constraints>, DefinitionEntry>(
      domain.constraints,
      [...at, "constraints"],
      reading,
      readDefinition,
    ),
  };
}

/** A text alone is the definition. */
export function readDefinition<E extends object>(entry: string | E): E | { readonly definition: string } {
  return typeof entry === "string" ? { definition: entry } : entry;
}

function readColumn(column: EntryOf<WrittenTable["columns"]>, at: Path, reading: Reader): EntryProperties<ColumnEntry> {
  const body = typeof column === "string" ? { type: column } : { ...column, default: toTextOrNull(column.default) };
  const integer = body.type === undefined ? undefined : serialType(body.type);
  if (integer !== undefined) {
    reading.problem(at, `"${body.type}" is no type: the column is "${integer}" with a default of nextval(…)`);
  }
  return body;
}
