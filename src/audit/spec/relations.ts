import { asTextOrNone, entries, type Body, type Place, type Reading } from "./entries.ts";
import { serialType } from "./datatype.ts";
import type { Written } from "./shape.ts";
import type { ColumnRule, DefinitionRule, DomainRule, IndexRule, PolicyRule, TableRule, TriggerRule, ViewRule } from "./spec.ts";

type WrittenSchema = NonNullable<Exclude<NonNullable<Written["schemas"]>, readonly string[]>[string]>;
type EntryOf<S> = Exclude<Exclude<S, undefined | readonly string[]> extends Readonly<Record<string, infer E>> ? E : never, null>;
export type WrittenEntry<K extends keyof WrittenSchema> = EntryOf<WrittenSchema[K]>;
type WrittenTable = WrittenEntry<"tables">;

export function tableBody(table: WrittenTable, at: Place, reading: Reading): Body<TableRule> {
  return {
    ...table,
    columns: entries<EntryOf<WrittenTable["columns"]>, ColumnRule>(table.columns, [...at, "columns"], reading, (column, place) =>
      columnBody(column, place, reading),
    ),
    constraints: entries<EntryOf<WrittenTable["constraints"]>, DefinitionRule>(
      table.constraints,
      [...at, "constraints"],
      reading,
      definitionBody,
    ),
    indexes: entries<EntryOf<WrittenTable["indexes"]>, IndexRule>(table.indexes, [...at, "indexes"], reading, definitionBody),
    triggers: entries<EntryOf<WrittenTable["triggers"]>, TriggerRule>(table.triggers, [...at, "triggers"], reading, definitionBody),
    policies: entries<EntryOf<WrittenTable["policies"]>, PolicyRule>(table.policies, [...at, "policies"], reading, (policy) => ({
      ...policy,
      using: asTextOrNone(policy.using),
      check: asTextOrNone(policy.check),
    })),
    rules: entries<EntryOf<WrittenTable["rules"]>, TriggerRule>(table.rules, [...at, "rules"], reading, definitionBody),
  };
}

export function viewBody(view: WrittenEntry<"views">, at: Place, reading: Reading): Body<ViewRule> {
  if (typeof view === "string") return { definition: view };
  return {
    ...view,
    indexes: entries<WrittenEntry<"indexes">, IndexRule>(view.indexes, [...at, "indexes"], reading, definitionBody),
    triggers: entries<EntryOf<WrittenTable["triggers"]>, TriggerRule>(view.triggers, [...at, "triggers"], reading, definitionBody),
    rules: entries<EntryOf<WrittenTable["rules"]>, TriggerRule>(view.rules, [...at, "rules"], reading, definitionBody),
  };
}

export function domainBody(domain: WrittenEntry<"domains">, at: Place, reading: Reading): Body<DomainRule> {
  if (typeof domain === "string") return { type: domain };
  return {
    ...domain,
    default: asTextOrNone(domain.default),
    constraints: entries<EntryOf<typeof domain.constraints>, DefinitionRule>(
      domain.constraints,
      [...at, "constraints"],
      reading,
      definitionBody,
    ),
  };
}

/** A text alone is the definition. */
export function definitionBody<E extends object>(entry: string | E): E | { readonly definition: string } {
  return typeof entry === "string" ? { definition: entry } : entry;
}

function columnBody(column: EntryOf<WrittenTable["columns"]>, at: Place, reading: Reading): Body<ColumnRule> {
  const body = typeof column === "string" ? { type: column } : { ...column, default: asTextOrNone(column.default) };
  const integer = body.type === undefined ? undefined : serialType(body.type);
  if (integer !== undefined) {
    reading.problem(at, `"${body.type}" is no type: the column is "${integer}" with a default of nextval(…)`);
  }
  return body;
}
