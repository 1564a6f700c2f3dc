import { Document } from "yaml";
import type { Catalog } from "../../catalog/catalog.ts";
import { lookup, type Lookup } from "../../catalog/lookup.ts";
import type { Publication } from "../../catalog/replication.ts";
import type { EventTrigger } from "../../catalog/triggers.ts";
import { keyOfName } from "../pattern.ts";
import { commentOn, section, withoutDefault, withoutUndefined, type YamlObject } from "./entry.ts";
import { setFlowStyle } from "./flow-style.ts";
import { schemaEntry } from "./schema.ts";

const HEADER = ` The schema that this database must have. "offshoot audit" checks it, "offshoot audit --write" wrote it.
 "exactly": objects that are not listed must not exist. "at least": they can exist. In an "exactly" entry, a property that is
 left out must have its default value: a column is nullable and has no default, a function is volatile and runs with the rights
 of its caller, and so on. Comments and grants are compared only where they are listed.`;

/**
 * Writes the spec that a database fulfils exactly, as YAML in a fixed order with one column per line, so that diffs are easy to
 * read. Versions of extensions are left out because they differ between servers. `hasHeads`: also require the newest migration.
 */
export function writeSpec(catalog: Catalog, hasHeads = false): string {
  const { server, extensions, schemas } = catalog;
  const found = lookup(catalog);
  const document = new Document({
    version: 1,
    postgres: server.major,
    ...(hasHeads ? { migrations: "heads" } : {}),
    ...(extensions.length === 0 ? {} : { extensions: extensions.map(({ name }) => keyOfName(name)) }),
    ...publicationSection(found),
    ...eventTriggerSection(found),
    schemas: Object.fromEntries(schemas.map(({ name }) => [keyOfName(name), schemaEntry(found, name)])),
  });
  document.commentBefore = HEADER;
  setFlowStyle(document.contents);
  return document.toString({ lineWidth: 0 });
}

export function publicationSection(found: Lookup): YamlObject {
  return section("publications", found.catalog.publications, (publication) => publicationEntry(publication, found));
}

function publicationEntry({ id, allTables, tables, schemas, operations, viaRoot }: Publication, found: Lookup): YamlObject {
  return {
    ...withoutDefault(false, { allTables, viaRoot }),
    ...(tables.length === 0 && (allTables || schemas !== undefined) ? {} : { tables }),
    ...withoutUndefined({ schemas }),
    operations,
    ...commentOn(found, `publication ${id}`),
  };
}

export function eventTriggerSection(found: Lookup): YamlObject {
  return section("eventTriggers", found.catalog.eventTriggers, (trigger) => eventTriggerEntry(trigger, found));
}

function eventTriggerEntry(trigger: EventTrigger, found: Lookup): YamlObject {
  const { id, event, fires, tags } = trigger;
  return { event, function: trigger.function, fires, ...withoutUndefined({ tags }), ...commentOn(found, `event trigger ${id}`) };
}
