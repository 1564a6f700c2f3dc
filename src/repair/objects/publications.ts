import type { Publication } from "../../catalog/replication.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, changeOwner, type ObjectRepair, ownerOfNew } from "../repair-context.ts";
import { guarded, toStatements } from "../step.ts";

function options({ operations, viaRoot, generated }: Publication, major: number): string {
  const columns = major >= 18 ? `, publish_generated_columns = ${generated === true ? "stored" : "none"}` : "";
  return `publish = ${literal(operations.join(", "))}, publish_via_partition_root = ${viaRoot}${columns}`;
}

/** The catalog shows a row filter without the parentheses that the statement needs. */
function objectsOf({ tables, schemas = [] }: Publication): string {
  return [
    ...(tables.length === 0 ? [] : [`table ${tables.map((table) => table.replace(/ where (.*)$/s, " where ($1)")).join(", ")}`]),
    ...(schemas.length === 0 ? [] : [`tables in schema ${schemas.join(", ")}`]),
  ].join(", ");
}

export const publications: ObjectRepair = {
  create(id, context) {
    const publication = context.expected.get("publications", id);
    const objects = publication.allTables ? "all tables" : objectsOf(publication);
    const scope = objects === "" ? "" : ` for ${objects}`;
    const missing = `not exists (select from pg_catalog.pg_publication where pubname = ${literal(publication.name)})`;
    const create = `create publication ${id}${scope} with (${options(publication, context.actual.catalog.server.major)})`;
    return [{ sql: guarded(missing, create) }, ...ownerOfNew("publication", id, publication.owner, context)];
  },
  drop: (id) => toStatements(`drop publication if exists ${id}`),
  alter(id, differences, context) {
    const publication = context.expected.get("publications", id);
    const changed = byProperty(differences);
    const isMoved = changed.has("tables") || changed.has("schemas");
    if (changed.has("all tables") || (isMoved && objectsOf(publication) === "")) return "recreate";
    const moved = isMoved ? toStatements(`alter publication ${id} set ${objectsOf(publication)}`) : [];
    const tuned =
      changed.has("operations") || changed.has("via root") || changed.has("generated")
        ? toStatements(`alter publication ${id} set (${options(publication, context.actual.catalog.server.major)})`)
        : [];
    return [
      // A partitioned table can have a row filter or column list only with `publish_via_partition_root`.
      ...(publication.viaRoot ? [...tuned, ...moved] : [...moved, ...tuned]),
      ...(changed.has("owner") ? [changeOwner("publication", id, publication.owner, context)] : []),
    ];
  },
};
