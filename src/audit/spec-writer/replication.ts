import type { Publication } from "../../catalog/replication.ts";
import type { EventTrigger } from "../../catalog/triggers.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import { commentOn, withoutUndefined, withoutDefault, type YamlObject } from "./entry.ts";

export function publicationEntry({ id, allTables, tables, schemas, operations, viaRoot }: Publication, found: Lookup): YamlObject {
  return {
    ...withoutDefault(false, { allTables, viaRoot }),
    ...(tables.length === 0 && (allTables || schemas !== undefined) ? {} : { tables }),
    ...withoutUndefined({ schemas }),
    operations,
    ...commentOn(found, `publication ${id}`),
  };
}

export function eventTriggerEntry(trigger: EventTrigger, found: Lookup): YamlObject {
  const { id, event, fires, tags } = trigger;
  return { event, function: trigger.function, fires, ...withoutUndefined({ tags }), ...commentOn(found, `event trigger ${id}`) };
}
