import { isMap, isSeq } from "yaml";
import type { Spec } from "../spec/spec.ts";
import { versionTable, type VersionReading } from "../state/versions.ts";
import type { YamlObject } from "../spec-writer/entry.ts";
import { eventTriggerEntry, publicationEntry } from "../spec-writer/replication.ts";
import { section } from "../spec-writer/schema.ts";
import type { Changes } from "./changes.ts";
import { findPair, setValue } from "./edit-yaml.ts";
import { updateSection } from "./section.ts";

/** What belongs to the database as a whole: its major version, extensions, publications, event triggers, schemas, migrations. */
export function updateDatabase(changes: Changes, spec: Spec, versions: ReadonlyMap<string, VersionReading>): void {
  const { document, found } = changes;
  const { contents } = document;
  if (!isMap(contents)) return;
  const { server, extensions, publications, eventTriggers } = found.catalog;
  const postgres = findPair(contents, "postgres");
  if (postgres !== undefined && spec.postgres !== server.major) setValue(document, postgres, server.major);
  const place = { parent: contents, owner: "", siblings: ["version", "postgres"], isExact: () => false };
  const ofExtensions: YamlObject = Object.fromEntries(extensions.map(({ name, version, schema }) => [name, { version, schema }]));
  const ofPublications = (section("publications", publications, (one) => publicationEntry(one, found))["publications"] ?? {}) as YamlObject;
  const ofTriggers = (section("eventTriggers", eventTriggers, (one) => eventTriggerEntry(one, found))["eventTriggers"] ?? {}) as YamlObject;
  updateSection(changes, { ...place, key: "extensions", kind: "extension", entries: spec.extensions, current: ofExtensions });
  updateSection(changes, { ...place, key: "publications", kind: "publication", entries: spec.publications, current: ofPublications });
  updateSection(changes, { ...place, key: "eventTriggers", kind: "event trigger", entries: spec.eventTriggers, current: ofTriggers });
  updateSchemas(changes, spec);
  updateVersions(changes, spec, versions);
}

/** Schemas that are gone, and what is known of those that stay. */
function updateSchemas(changes: Changes, spec: Spec): void {
  const { found, document } = changes;
  if (!isMap(document.contents)) return;
  const written: YamlObject = Object.fromEntries(found.catalog.schemas.map(({ name }) => [name, {}]));
  const inside = {
    parent: document.contents,
    key: "schemas",
    kind: "schema",
    owner: "",
    siblings: [],
    entries: spec.schemas,
    current: written,
  } as const;
  updateSection(changes, { ...inside, isExact: () => false });
}

/** The lists of versions under `equals`. */
function updateVersions({ document }: Changes, spec: Spec, versions: ReadonlyMap<string, VersionReading>): void {
  const migrations = document.get("migrations");
  if (!isMap(migrations)) return;
  for (const rule of spec.migrations) {
    const reading = versions.get(versionTable(rule));
    const entry = migrations.items.find(({ key }) => document.contents !== null && sameTable(String(key), rule))?.value;
    if (rule.equals === undefined || reading?.state !== "read" || !isMap(entry)) continue;
    const pair = findPair(entry, "equals");
    const isSame = rule.equals.toSorted().join("\n") === reading.values.toSorted().join("\n");
    if (pair === undefined || isSame || !isSeq(pair.value)) continue;
    setValue(document, pair, reading.values);
  }
}

function sameTable(key: string, { schema, table }: { readonly schema: string; readonly table: string }): boolean {
  return key === `${schema}.${table}` || (schema === "public" && key === table);
}
