import type { Firing, Rule, Trigger } from "../../audit/catalog/triggers.ts";
import { path, quoted } from "../../audit/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, type Maker } from "./making.ts";
import { guarded, plain, type Statement } from "./step.ts";

const STATE: Readonly<Record<Firing, string>> = {
  origin: "enable",
  replica: "enable replica",
  always: "enable always",
  disabled: "disable",
};

function firing(what: "trigger" | "rule", item: Trigger | Rule): Statement {
  const [first, second] = STATE[item.fires].split(" ");
  return { sql: `alter table ${tableOf(item)} ${[first, second, what, quoted(item.name)].filter((part) => part !== undefined).join(" ")}` };
}

function tableOf({ schema, table }: Trigger | Rule): string {
  return path(schema, table);
}

export const triggers: Maker = {
  create(id, { expected }) {
    const trigger = expected.get("triggers", id);
    const missing = `not exists (select from pg_catalog.pg_trigger where tgrelid = ${literal(tableOf(trigger))}::regclass and tgname = ${literal(trigger.name)})`;
    return [{ sql: guarded(missing, trigger.definition) }, ...(trigger.fires === "origin" ? [] : [firing("trigger", trigger)])];
  },
  drop(id, { actual }) {
    const trigger = actual.get("triggers", id);
    return plain(`drop trigger if exists ${quoted(trigger.name)} on ${tableOf(trigger)}`);
  },
  alter(id, differences, { expected }) {
    const only = differences.every(({ property }) => property === "fires");
    return only ? [firing("trigger", expected.get("triggers", id))] : "recreate";
  },
};

export const rules: Maker = {
  create(id, { expected }) {
    const rule = expected.get("rules", id);
    const definition = rule.definition.replace(/^CREATE RULE/, "create or replace rule").replace(/;\s*$/, "");
    return [...plain(definition), ...(rule.fires === "origin" ? [] : [firing("rule", rule)])];
  },
  drop(id, { actual }) {
    const rule = actual.get("rules", id);
    return plain(`drop rule if exists ${quoted(rule.name)} on ${tableOf(rule)}`);
  },
  alter(id, differences, { expected }) {
    const only = differences.every(({ property }) => property === "fires");
    return only ? [firing("rule", expected.get("rules", id))] : "recreate";
  },
};

export const eventTriggers: Maker = {
  create(id, { expected }) {
    const { name, event, function: called, tags, fires } = expected.get("eventTriggers", id);
    const when = tags === undefined ? "" : ` when tag in (${tags.map(literal).join(", ")})`;
    const create = `create event trigger ${quoted(name)} on ${event}${when} execute function ${called.replace(/\(.*$/, "")}()`;
    const missing = `not exists (select from pg_catalog.pg_event_trigger where evtname = ${literal(name)})`;
    return [{ sql: guarded(missing, create) }, ...(fires === "origin" ? [] : plain(`alter event trigger ${quoted(name)} ${STATE[fires]}`))];
  },
  drop: (id) => plain(`drop event trigger if exists ${id}`),
  alter(id, differences, { expected }) {
    const changed = byProperty(differences);
    if (changed.size > 1 || !changed.has("fires")) return "recreate";
    return plain(`alter event trigger ${id} ${STATE[expected.get("eventTriggers", id).fires]}`);
  },
};
