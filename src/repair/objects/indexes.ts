import type { Index } from "../../catalog/indexes.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { byProperty, type ObjectRepair, type RepairContext } from "../repair-context.ts";
import { isRelation, isReplaced } from "../relation-names.ts";
import { guarded, toStatements, type Statement } from "../step.ts";

export const indexes: ObjectRepair = {
  create(id, context) {
    const index = context.expected.get("indexes", id);
    // The constraint creates its own index.
    const settings = [...setMarks(index), ...setTargets(index, [])];
    return index.constraint === undefined ? [...build(index, context), ...settings] : settings;
  },
  drop(id, { actual, expected }) {
    if (actual.get("indexes", id).constraint !== undefined) return [];
    const drop = `drop index if exists ${id}`;
    return toStatements(isReplaced(expected, id, "index") ? guarded(isRelation(id, "i", "I"), drop) : drop);
  },
  isUnchanged(id, differences, { actual }) {
    const row = `select from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass(${literal(id)})`;
    if (!differences.some(({ property }) => property === "definition")) return `exists (${row} and not indisvalid)`;
    return `exists (${row} and pg_catalog.pg_get_indexdef(indexrelid) = ${literal(actual.get("indexes", id).definition)})`;
  },
  alter(id, differences, { expected, actual }) {
    const index = expected.get("indexes", id);
    const changed = byProperty(differences);
    if (changed.has("valid") && !index.valid) return { cannot: "Postgres has no statement that makes an index invalid" };
    const marks = ["clustered", "replica identity", "statistics"];
    // The index of a constraint is dropped and created with it.
    if ([...changed.keys()].some((name) => !marks.includes(name))) {
      return index.constraint === undefined ? "recreate" : [];
    }
    const table = path(index.schema, index.table);
    const unclustered = changed.has("clustered") && index.clustered === undefined ? [`alter table ${table} set without cluster`] : [];
    return [...toStatements(...unclustered), ...setMarks(index), ...setTargets(index, actual.get("indexes", id).statistics ?? [])];
  },
};

/** Builds concurrently unless the table is new or partitioned. The text of a partitioned index contains ONLY although its partitions have the index too. */
function build(index: Index, { expected, isNew }: Pick<RepairContext, "expected" | "isNew">): readonly Statement[] {
  const table = path(index.schema, index.table);
  const statement = /^CREATE (UNIQUE )?INDEX (.*)$/s.exec(index.definition);
  const unique = statement?.[1] === undefined ? "" : "unique ";
  const rest = statement?.[2] ?? "";
  if (expected.find("tables", table)?.kind === "partitioned table") {
    if (!index.valid) return onParentOnly(index, { expected, isNew });
    const sql = `create ${unique}index if not exists ${rest.replace(" ON ONLY ", " ON ")}`;
    return [{ sql, warning: isNew(table) ? undefined : "builds the index of every partition under a lock that stops writes" }];
  }
  if (isNew(table)) return toStatements(`create ${unique}index if not exists ${rest}`);
  return [{ sql: `create ${unique}index concurrently if not exists ${rest}`, alone: true }];
}

/** An index that some partitions lack: those that have it get theirs, and become a part of it. */
function onParentOnly(index: Index, context: Pick<RepairContext, "expected" | "isNew">): readonly Statement[] {
  const parts = context.expected.catalog.indexes.filter(({ parent }) => parent === index.id);
  return [
    ...toStatements(
      index.definition.replace(/^CREATE (UNIQUE )?INDEX /, (_, unique = "") => `create ${unique.toLowerCase()}index if not exists `),
    ),
    ...parts.flatMap((part) => [
      ...(part.constraint === undefined ? build(part, context) : []),
      {
        sql: guarded(
          `not exists (select from pg_catalog.pg_inherits where inhrelid = pg_catalog.to_regclass(${literal(part.id)}))`,
          `alter index ${index.id} attach partition ${part.id}`,
        ),
      },
    ]),
  ];
}

function setMarks(index: Index): readonly Statement[] {
  const table = path(index.schema, index.table);
  return toStatements(
    ...(index.clustered === true ? [`alter table ${table} cluster on ${quoted(index.name)}`] : []),
    ...(index.replicaIdentity === true ? [`alter table ${table} replica identity using index ${quoted(index.name)}`] : []),
  );
}

/** Sets the statistics targets of the expressions. Those that are set and not expected get the default. */
function setTargets({ id, statistics: wanted = [] }: Index, found: readonly string[]): readonly Statement[] {
  const kept = wanted.map(columnOf);
  const reset = found.map(columnOf).filter((each) => !kept.includes(each));
  const alter = `alter index ${id} alter column`;
  return toStatements(
    ...reset.map((each) => `${alter} ${each} set statistics -1`),
    ...wanted.filter((target) => !found.includes(target)).map((target) => `${alter} ${target.replace("=", " set statistics ")}`),
  );
}

function columnOf(target: string): string {
  return target.replace(/=.*/, "");
}

/** Extended statistics (`create statistics`). */
export const statistics: ObjectRepair = {
  create(id, { expected }) {
    const { definition, target } = expected.get("statistics", id);
    const create = definition.replace(/^CREATE STATISTICS /, "create statistics if not exists ");
    return toStatements(create, ...(target === undefined ? [] : [`alter statistics ${id} set statistics ${target}`]));
  },
  drop: (id) => toStatements(`drop statistics if exists ${id}`),
  alter(id, differences, { expected }) {
    if (differences.some(({ property }) => property !== "target")) return "recreate";
    return toStatements(`alter statistics ${id} set statistics ${expected.get("statistics", id).target ?? -1}`);
  },
};
