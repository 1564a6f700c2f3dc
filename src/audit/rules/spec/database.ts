import type { Extension } from "../../../catalog/schemas.ts";
import type { Publication } from "../../../catalog/replication.ts";
import type { EventTrigger } from "../../../catalog/triggers.ts";
import { finding } from "../../finding.ts";
import type { EventTriggerEntry, ExtensionEntry, PublicationEntry } from "../../spec/spec.ts";
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

const ofExtensions: readonly Property<ExtensionEntry, Extension>[] = [
  { name: "version", expected: (entry) => entry.version, actual: (extension) => extension.version },
  { name: "schema", expected: (entry) => entry.schema, actual: (extension) => extension.schema },
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
        entries: spec.extensions,
        objects: catalog.extensions,
        properties: ofExtensions,
      });

const inAnyOrder = (list: readonly string[] | undefined): string | undefined => listed(list?.toSorted());

const ofPublications: readonly Property<PublicationEntry, Publication>[] = [
  { name: "all tables", expected: (entry) => yesNo(entry.allTables), actual: ({ allTables }) => (allTables ? "yes" : "no") },
  { name: "tables", expected: (entry) => inAnyOrder(entry.tables), actual: ({ tables }) => inAnyOrder(tables) ?? NONE },
  { name: "schemas", expected: (entry) => inAnyOrder(entry.schemas), actual: ({ schemas }) => inAnyOrder(schemas) ?? NONE },
  { name: "operations", expected: (entry) => inAnyOrder(entry.operations), actual: ({ operations }) => inAnyOrder(operations) ?? NONE },
  { name: "via root", expected: (entry) => yesNo(entry.viaRoot), actual: ({ viaRoot }) => (viaRoot ? "yes" : "no") },
];

const ofEventTriggers: readonly Property<EventTriggerEntry, EventTrigger>[] = [
  { name: "event", expected: (entry) => entry.event, actual: ({ event }) => event },
  { name: "function", expected: (entry) => entry.function, actual: (trigger) => trigger.function },
  { name: "fires", expected: (entry) => entry.fires, actual: ({ fires }) => fires },
  { name: "tags", expected: (entry) => inAnyOrder(entry.tags), actual: ({ tags }) => inAnyOrder(tags) ?? NONE },
];

/** The publications and event triggers that the spec lists. Others are ignored, since platforms create their own. */
export const replication: AuditRule = (input) => {
  const { spec, catalog } = input;
  if (spec === undefined) return [];
  const place = { file: spec.file, within: "", mode: "at least", owner: { line: 1 } } as const;
  return [
    ...compareSection<PublicationEntry, Publication>({
      ...place,
      kind: "publication",
      entries: spec.publications,
      objects: catalog.publications,
      properties: [...ofPublications, comment(input, identified("publication"))],
    }),
    ...compareSection<EventTriggerEntry, EventTrigger>({
      ...place,
      kind: "event trigger",
      entries: spec.eventTriggers,
      objects: catalog.eventTriggers,
      properties: [...ofEventTriggers, comment(input, identified("event trigger"))],
    }),
  ];
};
