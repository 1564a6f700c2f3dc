import type { Extension } from "../../../catalog/extensions.ts";
import type { Publication } from "../../../catalog/replication.ts";
import type { EventTrigger } from "../../../catalog/triggers.ts";
import { finding } from "../../finding.ts";
import type { EventTriggerRule, ExtensionRule, PublicationRule } from "../../spec/spec.ts";
import type { AuditInput, AuditRule } from "../rule.ts";
import { comment, identified } from "./comments-and-grants.ts";
import { compareSection, listed, NONE, yesNo, type Property } from "./compare-section.ts";

/** Whether the spec was written from another major version: the definitions of views and rules are not comparable then. */
export function isOtherMajor({ spec, catalog }: AuditInput): boolean {
  return spec?.postgres !== undefined && spec.postgres !== catalog.server.major;
}

/** Reports that the definitions of views and rules were not compared. */
export const postgresMajor: AuditRule = (input) =>
  isOtherMajor(input)
    ? [
        finding(
          "postgres-different",
          { kind: "database", name: input.catalog.server.database },
          { expected: String(input.spec?.postgres), actual: String(input.catalog.server.major) },
        ),
      ]
    : [];

const ofExtensions: readonly Property<ExtensionRule, Extension>[] = [
  { name: "version", wanted: (rule) => rule.version, actual: (extension) => extension.version },
  { name: "schema", wanted: (rule) => rule.schema, actual: (extension) => extension.schema },
];

/** The extensions that the spec lists. */
export const extensions: AuditRule = ({ spec, catalog }) =>
  spec === undefined
    ? []
    : compareSection({
        kind: "extension",
        file: spec.file,
        within: "",
        mode: "at least",
        owner: { line: 1 },
        rules: spec.extensions,
        objects: catalog.extensions,
        properties: ofExtensions,
      });

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

/** The publications and event triggers that the spec lists. Others are ignored, since platforms create their own. */
export const replication: AuditRule = (input) => {
  const { spec, catalog } = input;
  if (spec === undefined) return [];
  const place = { file: spec.file, within: "", mode: "at least", owner: { line: 1 } } as const;
  return [
    ...compareSection<PublicationRule, Publication>({
      ...place,
      kind: "publication",
      rules: spec.publications,
      objects: catalog.publications,
      properties: [...ofPublications, comment(input, identified("publication"))],
    }),
    ...compareSection<EventTriggerRule, EventTrigger>({
      ...place,
      kind: "event trigger",
      rules: spec.eventTriggers,
      objects: catalog.eventTriggers,
      properties: [...ofEventTriggers, comment(input, identified("event trigger"))],
    }),
  ];
};
