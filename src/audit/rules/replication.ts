import type { Publication } from "../../catalog/replication.ts";
import type { EventTrigger } from "../../catalog/triggers.ts";
import type { EventTriggerRule, PublicationRule } from "../spec/spec.ts";
import type { Check } from "./rule.ts";
import { comment, identified } from "./known.ts";
import { compareSection, listed, NONE, yesNo, type Property } from "./section.ts";

const inAnyOrder = (list: readonly string[] | undefined): string | undefined => listed(list?.toSorted());

const ofPublications: readonly Property<PublicationRule, Publication>[] = [
  { name: "all tables", wanted: (rule) => yesNo(rule.allTables), actual: ({ allTables }) => (allTables ? "yes" : "no") },
  { name: "tables", wanted: (rule) => inAnyOrder(rule.tables), actual: ({ tables }) => inAnyOrder(tables) ?? NONE },
  { name: "schemas", wanted: (rule) => inAnyOrder(rule.schemas), actual: ({ schemas }) => inAnyOrder(schemas) ?? NONE },
  { name: "operations", wanted: (rule) => inAnyOrder(rule.operations), actual: ({ operations }) => inAnyOrder(operations) ?? NONE },
  { name: "via root", wanted: (rule) => yesNo(rule.viaRoot), actual: ({ viaRoot }) => (viaRoot ? "yes" : "no") },
];

const ofEventTriggers: readonly Property<EventTriggerRule, EventTrigger>[] = [
  { name: "event", wanted: (rule) => rule.event, actual: ({ event }) => event },
  { name: "function", wanted: (rule) => rule.function, actual: (trigger) => trigger.function },
  { name: "fires", wanted: (rule) => rule.fires, actual: ({ fires }) => fires },
  { name: "tags", wanted: (rule) => inAnyOrder(rule.tags), actual: ({ tags }) => inAnyOrder(tags) ?? NONE },
];

/** Publications and event triggers, which belong to the database: those that the spec lists. Platforms make their own. */
export const replication: Check = (subject) => {
  const { spec, catalog } = subject;
  if (spec === undefined) return [];
  const place = { file: spec.file, within: "", mode: "at least", owner: { line: 1 } } as const;
  return [
    ...compareSection<PublicationRule, Publication>({
      ...place,
      kind: "publication",
      rules: spec.publications,
      objects: catalog.publications,
      properties: [...ofPublications, comment(subject, identified("publication"))],
    }),
    ...compareSection<EventTriggerRule, EventTrigger>({
      ...place,
      kind: "event trigger",
      rules: spec.eventTriggers,
      objects: catalog.eventTriggers,
      properties: [...ofEventTriggers, comment(subject, identified("event trigger"))],
    }),
  ];
};
