import type { Catalog } from "../../catalog/catalog.ts";
import { compareCatalogs } from "../compare.ts";
import { normalisationsOf, type Switches } from "../normalise/switches.ts";
import { schemaChanges } from "./from-comparison.ts";
import type { SchemaChange } from "./schema-change.ts";

/**
 * Two schemas of the same migrations on one server: nothing has to be ignored, except for what differs each time, what tools
 * record, and what follows from another change.
 */
const IGNORED = ["frozenTimes", "nestedConditions", "toolTables", "neonAuth", "columnOrder", "partitionParts"];

/** The switches of a comparison of two such schemas, with those of the user. */
export function switchesOfOne({ ignore = [], compare = [] }: Switches): Switches {
  return { compare: ["all", ...compare], ignore: [...IGNORED.filter((name) => !compare.includes(name)), ...ignore] };
}

/** What happened to the schema of one database between two moments. Pure. Throws `USAGE` for an unknown switch. */
export function changesOfOne(before: Catalog, after: Catalog, switches: Switches = {}): readonly SchemaChange[] {
  return schemaChanges(compareCatalogs(after, before, normalisationsOf(switchesOfOne(switches))));
}
