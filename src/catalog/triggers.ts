import { json, type ObjectQuery } from "./object-query.ts";
import { notOfExtension, notOfPlatform, type Named, type OnTable } from "./scope.ts";

/** When a trigger fires. `origin` is the default: always, except for changes that replication applies. */
export type Firing = "origin" | "replica" | "always" | "disabled";

const firing = (column: string): string =>
  `case ${column} when 'O' then 'origin' when 'R' then 'replica' when 'A' then 'always' else 'disabled' end`;

export interface Trigger extends OnTable {
  readonly definition: string;
  readonly fires: Firing;
  /** The quoted function that the trigger calls. */
  readonly function: string;
  /** The partitions on which the trigger fires differently, quoted, such as `app.events_2024 disabled`. */
  readonly onPartitions?: readonly string[];
}

/** Triggers that Postgres created for constraints, and copies on partitions, are left out. */
export const triggers: ObjectQuery<Trigger> = {
  id: "pg_catalog.format('%s.%I', r.id, t.tgname)",
  properties: {
    schema: "r.nspname",
    table: "r.relname",
    name: "t.tgname",
    fires: firing("t.tgenabled"),
    function: "t.tgfoid::pg_catalog.regprocedure",
    definition: "pg_catalog.pg_get_triggerdef(t.oid)",
    // Copies are found by table and name, which have an index. The column with the parent of a copy has no index.
    onPartitions: json(`case when r.relkind = 'p' then (
      select pg_catalog.jsonb_agg(pg_catalog.format('%s %s', k.tgrelid::pg_catalog.regclass, ${firing("k.tgenabled")}) order by k.tgrelid::pg_catalog.regclass::pg_catalog.text collate "C")
      from pg_catalog.pg_partition_tree(r.oid) tree
      join pg_catalog.pg_trigger k on k.tgrelid = tree.relid and k.tgname = t.tgname and k.tgparentid <> 0 and k.tgenabled <> t.tgenabled) end`),
  },
  from: `
from pg_catalog.pg_trigger t join rel r on r.oid = t.tgrelid
where not t.tgisinternal and t.tgparentid = 0`,
};

export interface Rule extends OnTable {
  readonly definition: string;
  readonly fires: Firing;
}

export const rules: ObjectQuery<Rule> = {
  id: "pg_catalog.format('%s.%I', r.id, w.rulename)",
  properties: {
    schema: "r.nspname",
    table: "r.relname",
    name: "w.rulename",
    fires: firing("w.ev_enabled"),
    definition: "pg_catalog.pg_get_ruledef(w.oid)",
  },
  from: `
from pg_catalog.pg_rewrite w join rel r on r.oid = w.ev_class
where w.rulename <> '_RETURN'`,
};

export interface EventTrigger extends Named {
  readonly event: string;
  readonly function: string;
  readonly fires: Firing;
  readonly tags?: readonly string[];
}

export const eventTriggers: ObjectQuery<EventTrigger> = {
  id: "pg_catalog.format('%I', e.evtname)",
  properties: {
    name: "e.evtname",
    event: "e.evtevent",
    function: "e.evtfoid::pg_catalog.regprocedure",
    fires: firing("e.evtenabled"),
    tags: json("pg_catalog.to_jsonb(e.evttags)"),
  },
  from: `
from pg_catalog.pg_event_trigger e
where ${notOfExtension("pg_event_trigger", "e.oid")} and ${notOfPlatform("e.evtowner")}`,
};
