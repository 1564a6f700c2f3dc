import type { Publication } from "../../catalog/replication.ts";
import type { EventTrigger } from "../../catalog/triggers.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import { commented, said, unless, type Plain } from "./known.ts";

export function writtenPublication({ id, allTables, tables, schemas, operations, viaRoot }: Publication, found: Lookup): Plain {
  return {
    ...unless(false, { allTables, viaRoot }),
    ...(tables.length === 0 && (allTables || schemas !== undefined) ? {} : { tables }),
    ...said({ schemas }),
    operations,
    ...commented(found, `publication ${id}`),
  };
}

export function writtenEventTrigger(trigger: EventTrigger, found: Lookup): Plain {
  const { id, event, fires, tags } = trigger;
  return { event, function: trigger.function, fires, ...said({ tags }), ...commented(found, `event trigger ${id}`) };
}
