import { Document } from "yaml";
import type { Catalog } from "../../catalog/catalog.ts";
import { setFlowStyle } from "./flow-style.ts";
import { lookup } from "../../catalog/lookup.ts";
import { keyOfName } from "../pattern.ts";
import { section, schemaEntry } from "./schema.ts";
import { eventTriggerEntry, publicationEntry } from "./replication.ts";

const HEADER = ` What this database must be like: checked by "offshoot audit", written by "offshoot audit --write".
 "exactly" allows nothing beside what is listed, "at least" does. What an "exactly" entry leaves out is plain:
 a column that may be null and has no default, a volatile function with the rights of its caller, and so on.
 Comments and grants are compared only where they are listed.`;

/**
 * The spec that a good database fulfils exactly: YAML in a stable order, one column per line, so that its
 * changes read well in a pull request. Versions of extensions are left out, since they differ between servers.
 */
export function writeSpec(catalog: Catalog): string {
  const { server, extensions, schemas } = catalog;
  const found = lookup(catalog);
  const document = new Document({
    version: 1,
    postgres: server.major,
    ...(extensions.length === 0 ? {} : { extensions: extensions.map(({ name }) => keyOfName(name)) }),
    ...section("publications", catalog.publications, (publication) => publicationEntry(publication, found)),
    ...section("eventTriggers", catalog.eventTriggers, (trigger) => eventTriggerEntry(trigger, found)),
    schemas: Object.fromEntries(schemas.map(({ name }) => [keyOfName(name), schemaEntry(found, name)])),
  });
  document.commentBefore = HEADER;
  setFlowStyle(document.contents);
  return document.toString({ lineWidth: 0 });
}
