import type { Index } from "../../catalog/indexes.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, type Maker, type Making } from "../repair-context.ts";
import { plain, type Statement } from "../step.ts";

export const indexes: Maker = {
  create(id, making) {
    const index = making.expected.get("indexes", id);
    // Its constraint brings it along.
    return index.constraint === undefined ? [...built(index, making), ...marked(index)] : marked(index);
  },
  drop(id, { actual }) {
    const index = actual.get("indexes", id);
    return index.constraint === undefined ? plain(`drop index if exists ${id}`) : [];
  },
  isOld(id, differences, { actual }) {
    const row = `select from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass(${literal(id)})`;
    if (!differences.some(({ property }) => property === "definition")) return `exists (${row} and not indisvalid)`;
    return `exists (${row} and pg_catalog.pg_get_indexdef(indexrelid) = ${literal(actual.get("indexes", id).definition)})`;
  },
  alter(id, differences, { expected }) {
    const index = expected.get("indexes", id);
    const changed = byProperty(differences);
    if (changed.has("valid") && !index.valid) return { cannot: "an index can't be made invalid on purpose" };
    const marks = ["clustered", "replica identity"];
    // What serves a constraint comes and goes with it.
    if ([...changed.keys()].some((name) => !marks.includes(name))) {
      return index.constraint === undefined ? "recreate" : [];
    }
    const table = path(index.schema, index.table);
    const unclustered = changed.has("clustered") && index.clustered === undefined ? [`alter table ${table} set without cluster`] : [];
    return [...plain(...unclustered), ...marked(index)];
  },
};

/** Concurrently where that can be: not on a partitioned table, whose index text says ONLY though its partitions have one too. */
function built(index: Index, { expected, isNew }: Making): readonly Statement[] {
  const table = path(index.schema, index.table);
  const statement = /^CREATE (UNIQUE )?INDEX (.*)$/s.exec(index.definition);
  const unique = statement?.[1] === undefined ? "" : "unique ";
  const rest = statement?.[2] ?? "";
  if (expected.find("tables", table)?.kind === "partitioned table") {
    const sql = `create ${unique}index if not exists ${rest.replace(" ON ONLY ", " ON ")}`;
    return [{ sql, warning: isNew(table) ? undefined : "builds the index of every partition under a lock that stops writes" }];
  }
  if (isNew(table)) return plain(`create ${unique}index if not exists ${rest}`);
  return [{ sql: `create ${unique}index concurrently if not exists ${rest}`, alone: true }];
}

function marked(index: Index): readonly Statement[] {
  const table = path(index.schema, index.table);
  return plain(
    ...(index.clustered === true ? [`alter table ${table} cluster on ${quoted(index.name)}`] : []),
    ...(index.replicaIdentity === true ? [`alter table ${table} replica identity using index ${quoted(index.name)}`] : []),
  );
}
