import type { Publication } from "../../catalog/replication.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, given, type Maker, owned } from "../repair-context.ts";
import { guarded, plain } from "../step.ts";

const HIDDEN = "the options of a foreign server may hold secrets, and are not read";

function options({ operations, viaRoot, generated }: Publication, major: number): string {
  const columns = major >= 18 ? `, publish_generated_columns = ${generated === true ? "stored" : "none"}` : "";
  return `publish = ${literal(operations.join(", "))}, publish_via_partition_root = ${viaRoot}${columns}`;
}

/** A row filter is shown as an expression, and is to be given in brackets. */
function objectsOf({ tables, schemas = [] }: Publication): string {
  return [
    ...(tables.length === 0 ? [] : [`table ${tables.map((table) => table.replace(/ where (.*)$/s, " where ($1)")).join(", ")}`]),
    ...(schemas.length === 0 ? [] : [`tables in schema ${schemas.join(", ")}`]),
  ].join(", ");
}

export const publications: Maker = {
  create(id, making) {
    const publication = making.expected.get("publications", id);
    const objects = publication.allTables ? "all tables" : objectsOf(publication);
    const scope = objects === "" ? "" : ` for ${objects}`;
    const missing = `not exists (select from pg_catalog.pg_publication where pubname = ${literal(publication.name)})`;
    const create = `create publication ${id}${scope} with (${options(publication, making.actual.catalog.server.major)})`;
    return [{ sql: guarded(missing, create) }, ...owned("publication", id, publication.owner, making)];
  },
  drop: (id) => plain(`drop publication if exists ${id}`),
  alter(id, differences, making) {
    const publication = making.expected.get("publications", id);
    const changed = byProperty(differences);
    const isMoved = changed.has("tables") || changed.has("schemas");
    if (changed.has("all tables") || (isMoved && objectsOf(publication) === "")) return "recreate";
    const moved = isMoved ? plain(`alter publication ${id} set ${objectsOf(publication)}`) : [];
    const tuned =
      changed.has("operations") || changed.has("via root") || changed.has("generated")
        ? plain(`alter publication ${id} set (${options(publication, making.actual.catalog.server.major)})`)
        : [];
    return [
      // A partitioned table has a row filter or column list only where it publishes as the root.
      ...(publication.viaRoot ? [...tuned, ...moved] : [...moved, ...tuned]),
      ...(changed.has("owner") ? [given("publication", id, publication.owner, making)] : []),
    ];
  },
};

export const foreignServers: Maker = {
  create: () => ({ cannot: HIDDEN }),
  drop: (id) => [{ sql: `drop server if exists ${id}`, destructive: "it drops the server's options and user mappings" }],
  alter: () => ({ cannot: HIDDEN }),
};
