import type { Firing, Rule, Trigger } from "../../catalog/triggers.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, type ObjectRepair } from "../repair-context.ts";
import { guarded, toStatements, type Statement } from "../step.ts";

const STATE: Readonly<Record<Firing, string>> = {
  origin: "enable",
  replica: "enable replica",
  always: "enable always",
  disabled: "disable",
};

function firing(what: "trigger" | "rule", item: Trigger | Rule): Statement {
  return fired(tableOf(item), what, item.name, item.fires);
}

function fired(table: string, what: "trigger" | "rule", name: string, fires: Firing): Statement {
  const [first, second] = STATE[fires].split(" ");
  return { sql: `alter table ${table} ${[first, second, what, quoted(name)].filter((part) => part !== undefined).join(" ")}` };
}

function tableOf({ schema, table }: Trigger | Rule): string {
  return path(schema, table);
}

/**
 * Sets when a trigger fires, and when its copies on partitions fire if that differs. Newer servers change the copies
 * together with the trigger, so the copies are set afterwards.
 */
function firings(trigger: Trigger, found: Trigger | undefined): readonly Statement[] {
  const [wanted, existing] = [partitionsOf(trigger), partitionsOf(found)];
  const own = trigger.fires === (found?.fires ?? "origin") ? [] : [firing("trigger", trigger)];
  const copies = [...new Set([...wanted.keys(), ...existing.keys()])].map((table) =>
    fired(`only ${table}`, "trigger", trigger.name, wanted.get(table) ?? trigger.fires),
  );
  return [...own, ...copies];
}

/** How the copies of a trigger on some partitions fire, where that is not as on a new trigger. */
export function copiesOn(trigger: Trigger, partitions: ReadonlySet<string>): readonly (readonly [table: string, fires: Firing])[] {
  const different = partitionsOf(trigger);
  if (trigger.fires === "origin") return [...different].filter(([table]) => partitions.has(table));
  return [...partitions].map((table) => [table, different.get(table) ?? trigger.fires] as const);
}

/** Sets how the copy of a trigger on a partition fires, if it exists. */
export function firedCopy(table: string, name: string, fires: Firing): Statement {
  const { sql } = fired(`only ${table}`, "trigger", name, fires);
  const row = `tgrelid = pg_catalog.to_regclass(${literal(table)}) and tgname = ${literal(name)}`;
  return { sql: guarded(`exists (select from pg_catalog.pg_trigger where ${row} and tgparentid <> 0)`, sql) };
}

function partitionsOf(trigger: Trigger | undefined): ReadonlyMap<string, Firing> {
  return new Map(
    trigger?.onPartitions?.map((text) => {
      const at = text.lastIndexOf(" ");
      return [text.slice(0, at), text.slice(at + 1) as Firing];
    }),
  );
}

export const triggers: ObjectRepair = {
  create(id, { expected }) {
    const trigger = expected.get("triggers", id);
    const missing = `not exists (select from pg_catalog.pg_trigger where tgrelid = ${literal(tableOf(trigger))}::regclass and tgname = ${literal(trigger.name)})`;
    return [{ sql: guarded(missing, trigger.definition) }, ...firings(trigger, undefined)];
  },
  drop(id, { actual }) {
    const trigger = actual.get("triggers", id);
    return toStatements(`drop trigger if exists ${quoted(trigger.name)} on ${tableOf(trigger)}`);
  },
  alter(id, differences, { expected, actual }) {
    const only = differences.every(({ property }) => property === "fires" || property === "on partitions");
    return only ? firings(expected.get("triggers", id), actual.get("triggers", id)) : "recreate";
  },
};

export const rules: ObjectRepair = {
  create(id, { expected }) {
    const rule = expected.get("rules", id);
    const definition = rule.definition.replace(/^CREATE RULE/, "create or replace rule").replace(/;\s*$/, "");
    return [...toStatements(definition), ...(rule.fires === "origin" ? [] : [firing("rule", rule)])];
  },
  drop(id, { actual }) {
    const rule = actual.get("rules", id);
    return toStatements(`drop rule if exists ${quoted(rule.name)} on ${tableOf(rule)}`);
  },
  alter(id, differences, { expected }) {
    const only = differences.every(({ property }) => property === "fires");
    return only ? [firing("rule", expected.get("rules", id))] : "recreate";
  },
};

export const eventTriggers: ObjectRepair = {
  create(id, { expected }) {
    const { name, event, function: called, tags, fires } = expected.get("eventTriggers", id);
    const when = tags === undefined ? "" : ` when tag in (${tags.map(literal).join(", ")})`;
    const create = `create event trigger ${quoted(name)} on ${event}${when} execute function ${called.replace(/\(.*$/, "")}()`;
    const missing = `not exists (select from pg_catalog.pg_event_trigger where evtname = ${literal(name)})`;
    return [
      { sql: guarded(missing, create) },
      ...(fires === "origin" ? [] : toStatements(`alter event trigger ${quoted(name)} ${STATE[fires]}`)),
    ];
  },
  drop: (id) => toStatements(`drop event trigger if exists ${id}`),
  alter(id, differences, { expected }) {
    const changed = byProperty(differences);
    if (changed.size > 1 || !changed.has("fires")) return "recreate";
    return toStatements(`alter event trigger ${id} ${STATE[expected.get("eventTriggers", id).fires]}`);
  },
};
