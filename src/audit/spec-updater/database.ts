import { isMap, isSeq } from "yaml";
import type { Spec } from "../spec/spec.ts";
import { versionTable, type VersionReading } from "../state/versions.ts";
import type { Plain } from "../spec-writer/known.ts";
import { writtenEventTrigger, writtenPublication } from "../spec-writer/replication.ts";
import { section } from "../spec-writer/spec-writer.ts";
import type { Changes } from "./change.ts";
import { pairOf, setValue } from "./place.ts";
import { changeSection } from "./section.ts";

/** What belongs to the database as a whole: its major version, extensions, publications, event triggers, schemas, migrations. */
export function changeDatabase(changes: Changes, spec: Spec, versions: ReadonlyMap<string, VersionReading>): void {
  const { document, found } = changes;
  const { contents } = document;
  if (!isMap(contents)) return;
  const { server, extensions, publications, eventTriggers } = found.catalog;
  const postgres = pairOf(contents, "postgres");
  if (postgres !== undefined && spec.postgres !== server.major) setValue(document, postgres, server.major);
  const place = { parent: contents, within: "", siblings: ["version", "postgres"], isExact: () => false };
  const ofExtensions: Plain = Object.fromEntries(extensions.map(({ name, version, schema }) => [name, { version, schema }]));
  const ofPublications = (section("publications", publications, (one) => writtenPublication(one, found))["publications"] ?? {}) as Plain;
  const ofTriggers = (section("eventTriggers", eventTriggers, (one) => writtenEventTrigger(one, found))["eventTriggers"] ?? {}) as Plain;
  changeSection(changes, { ...place, key: "extensions", kind: "extension", rules: spec.extensions, written: ofExtensions });
  changeSection(changes, { ...place, key: "publications", kind: "publication", rules: spec.publications, written: ofPublications });
  changeSection(changes, { ...place, key: "eventTriggers", kind: "event trigger", rules: spec.eventTriggers, written: ofTriggers });
  changeSchemas(changes, spec);
  changeVersions(changes, spec, versions);
}

/** Schemas that are gone, and what is known of those that stay. */
function changeSchemas(changes: Changes, spec: Spec): void {
  const { found, document } = changes;
  if (!isMap(document.contents)) return;
  const written: Plain = Object.fromEntries(found.catalog.schemas.map(({ name }) => [name, {}]));
  const inside = {
    parent: document.contents,
    key: "schemas",
    kind: "schema",
    within: "",
    siblings: [],
    rules: spec.schemas,
    written,
  } as const;
  changeSection(changes, { ...inside, isExact: () => false });
}

/** The lists of versions under `equals`. */
function changeVersions({ document }: Changes, spec: Spec, versions: ReadonlyMap<string, VersionReading>): void {
  const migrations = document.get("migrations");
  if (!isMap(migrations)) return;
  for (const rule of spec.migrations) {
    const reading = versions.get(versionTable(rule));
    const entry = migrations.items.find(({ key }) => document.contents !== null && sameTable(String(key), rule))?.value;
    if (rule.equals === undefined || reading?.state !== "read" || !isMap(entry)) continue;
    const pair = pairOf(entry, "equals");
    const isSame = rule.equals.toSorted().join("\n") === reading.values.toSorted().join("\n");
    if (pair === undefined || isSame || !isSeq(pair.value)) continue;
    setValue(document, pair, reading.values);
  }
}

function sameTable(key: string, { schema, table }: { readonly schema: string; readonly table: string }): boolean {
  return key === `${schema}.${table}` || (schema === "public" && key === table);
}
