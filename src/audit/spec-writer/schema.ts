import type { Domain } from "../../catalog/datatypes.ts";
import type { Lookup } from "../../catalog/lookup.ts";
import { quoted } from "../../catalog/quote.ts";
import type { Sequence } from "../../catalog/sequences.ts";
import { highest } from "../rules/spec/sequences.ts";
import {
  commentAndGrants,
  commentAndGrantsOfType,
  commentOn,
  isNotEmpty,
  section,
  shortestForm,
  withoutDefault,
  withoutUndefined,
  type YamlObject,
} from "./entry.ts";
import { constraintSection, tableEntry, viewEntry } from "./relations.ts";
import { functionSection } from "./routines.ts";

/** The entry of one schema, in the mode "exactly". Default values and empty sections are left out. */
export function schemaEntry(found: Lookup, schema: string): YamlObject {
  const views = found.inSchema("views", schema);
  return {
    mode: "exactly",
    ...commentAndGrants(found, { on: "schema", id: quoted(schema), identities: [`schema ${quoted(schema)}`] }),
    ...section("enums", found.inSchema("enums", schema), ({ id, labels }) =>
      shortestForm(labels, "labels", commentAndGrantsOfType(found, id)),
    ),
    ...section("domains", found.inSchema("domains", schema), (domain) => domainEntry(domain, found)),
    ...section("composites", found.inSchema("composites", schema), ({ id, attributes }) => ({
      attributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute.type])),
      ...commentAndGrantsOfType(found, id),
    })),
    ...section("ranges", found.inSchema("ranges", schema), ({ id, subtype }) =>
      shortestForm(subtype, "subtype", commentAndGrantsOfType(found, id)),
    ),
    ...section(
      "sequences",
      // The entry of an identity column describes its sequence, except the comment and the grants.
      found
        .inSchema("sequences", schema)
        .filter((sequence) => sequence.identity !== true || isNotEmpty(commentAndGrantsOfSequence(found, sequence))),
      (sequence) => sequenceEntry(sequence, found),
    ),
    ...section("tables", found.inSchema("tables", schema), (table) => tableEntry(table, found)),
    ...section(
      "views",
      views.filter(({ materialized }) => !materialized),
      (view) => viewEntry(view, found),
    ),
    ...section(
      "materializedViews",
      views.filter(({ materialized }) => materialized),
      (view) => viewEntry(view, found),
    ),
    ...functionSection(found.inSchema("routines", schema), found),
    ...section("statistics", found.inSchema("statistics", schema), ({ id, definition }) =>
      shortestForm(definition, "definition", commentOn(found, `statistics object ${id}`)),
    ),
  };
}

function domainEntry(domain: Domain, found: Lookup): unknown {
  const { type, nullable, default: initial, collation } = domain;
  return shortestForm(type, "type", {
    ...withoutDefault(true, { nullable }),
    ...withoutUndefined({ default: initial, collation }),
    ...commentAndGrantsOfType(found, domain.id),
    ...constraintSection(found, domain, "domain"),
  });
}

function sequenceEntry(sequence: Sequence, found: Lookup): YamlObject {
  const { type, start, increment, min, max, cache, cycle, ownedBy } = sequence;
  return {
    ...withoutDefault("bigint", { type }),
    ...withoutDefault("1", { start, increment, min }),
    ...withoutDefault(highest(type), { max }),
    ...withoutDefault("1", { cache }),
    ...withoutDefault(false, { cycle }),
    ...withoutUndefined({ ownedBy }),
    ...commentAndGrantsOfSequence(found, sequence),
  };
}

function commentAndGrantsOfSequence(found: Lookup, { id }: Sequence): YamlObject {
  return commentAndGrants(found, { on: "relation", id, identities: [`sequence ${id}`] });
}
