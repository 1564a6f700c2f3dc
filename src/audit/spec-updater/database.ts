import { isMap, isSeq, type YAMLMap } from "yaml";
import type { YamlObject } from "../spec-writer/entry.ts";
import { eventTriggerSection, publicationSection } from "../spec-writer/write.ts";
import type { Spec } from "../spec/spec.ts";
import { versionTable, type VersionReading } from "../state/versions.ts";
import type { Changes } from "./changes.ts";
import { findPair, setPairValue } from "./edit-yaml.ts";
import { updateSection } from "./section.ts";

/**
 * Updates the top level of the file: the major version, extensions, publications, event triggers, dropped schemas and lists of
 * migration versions.
 */
export function updateDatabase(changes: Changes, spec: Spec, versions: ReadonlyMap<string, VersionReading>): void {
  const { document, found } = changes;
  const { contents } = document;
  if (!isMap(contents)) return;
  const { server, extensions, schemas } = found.catalog;
  const postgres = findPair(contents, "postgres");
  if (postgres !== undefined && spec.postgres !== server.major) setPairValue(document, postgres, server.major);
  const database = { parent: contents, owner: "", siblings: ["version", "postgres"], isExact: () => false };
  const current = { ...publicationSection(found), ...eventTriggerSection(found) } as Readonly<Record<string, YamlObject>>;
  updateSection(changes, {
    ...database,
    key: "extensions",
    kind: "extension",
    entries: spec.extensions,
    current: Object.fromEntries(extensions.map(({ name, version, schema }) => [name, { version, schema }])),
  });
  updateSection(changes, {
    ...database,
    key: "publications",
    kind: "publication",
    entries: spec.publications,
    current: current["publications"] ?? {},
  });
  updateSection(changes, {
    ...database,
    key: "eventTriggers",
    kind: "event trigger",
    entries: spec.eventTriggers,
    current: current["eventTriggers"] ?? {},
  });
  updateSection(changes, {
    ...database,
    key: "schemas",
    kind: "schema",
    entries: spec.schemas,
    current: Object.fromEntries(schemas.map(({ name }) => [name, {}])),
    siblings: [],
  });
  updateVersions(changes, contents, spec, versions);
}

/** Updates the lists of versions under `equals`. */
function updateVersions({ document }: Changes, contents: YAMLMap, spec: Spec, versions: ReadonlyMap<string, VersionReading>): void {
  const migrations = contents.get("migrations");
  if (!isMap(migrations)) return;
  for (const entry of spec.migrations) {
    const reading = versions.get(versionTable(entry));
    const node = migrations.items.find(({ key }) => isSameTable(String(key), entry))?.value;
    if (entry.equals === undefined || reading?.state !== "read" || !isMap(node)) continue;
    const pair = findPair(node, "equals");
    const isSame = entry.equals.toSorted().join("\n") === reading.values.toSorted().join("\n");
    if (pair === undefined || isSame || !isSeq(pair.value)) continue;
    setPairValue(document, pair, reading.values);
  }
}

function isSameTable(key: string, { schema, table }: { readonly schema: string; readonly table: string }): boolean {
  return key === `${schema}.${table}` || (schema === "public" && key === table);
}
