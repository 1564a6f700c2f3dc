import type { Table } from "../../catalog/relations.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Difference } from "../../drift/change.ts";
import { columnDefinition, columnExtras, names } from "./column-definition.ts";
import { descended } from "./inheritance.ts";
import { foreignTail, retargeted } from "./foreign.ts";
import { given, type Maker, type Making, owned } from "../repair-context.ts";
import { guarded, isStatements, plain, type Remedy, type Statement } from "../step.ts";

const SERVERLESS = "its foreign server is not there, and that one's options may hold secrets and are not read";

const REWRITES = "rewrites the table under an ACCESS EXCLUSIVE lock";

export const tables: Maker = {
  create(id, making) {
    const table = making.expected.get("tables", id);
    const foreign = foreignTail(table, making);
    if (table.kind === "foreign table" && foreign === undefined) return { cannot: SERVERLESS };
    const all = table.columns.map((column) => ({ column, id: path(table.schema, table.name, column.name) }));
    const own = all.filter(({ column }) => column.inherited === undefined);
    const kind = foreign === undefined ? (table.persistence === "unlogged" ? "unlogged " : "") : "foreign ";
    const tail = [
      foreign ?? "",
      table.partitionKey === undefined ? "" : `partition by ${table.partitionKey}`,
      table.accessMethod === undefined ? "" : `using ${table.accessMethod}`,
      table.options === undefined ? "" : `with (${table.options.join(", ")})`,
    ].filter((part) => part !== "");
    return [
      {
        sql: [
          `create ${kind}table if not exists ${id} ${shape(
            table,
            own.map((entry) => columnDefinition(entry.id, making)),
          )}`,
          ...tail,
        ].join(" "),
      },
      ...unlikeParent(table, making),
      ...all.flatMap(({ column }) => columnExtras(table, column)),
      ...secured(table, "off"),
      ...(table.replicaIdentity === undefined || table.replicaIdentity === "index" ? [] : plain(identity(table))),
      ...owned("table", id, table.owner, making),
    ];
  },
  drop(id, { actual, expected }) {
    // Its rows are elsewhere.
    if (actual.get("tables", id).kind === "foreign table") return plain(`drop foreign table if exists ${id}`);
    const drop = `drop table if exists ${id}`;
    const isTable = `exists (${row(id)} and relkind in ('r', 'p', 'f'))`;
    // A view may have its place after the first run.
    return [{ sql: expected.find("views", id) === undefined ? drop : guarded(isTable, drop), destructive: "it drops the table's data" }];
  },
  isOld(id, _differences, { actual }) {
    const { partitionKey, kind } = actual.get("tables", id);
    if (kind === "foreign table") return undefined;
    return `exists (${row(id)} and pg_catalog.pg_get_partkeydef(oid) is not distinct from ${partitionKey === undefined ? "null" : literal(partitionKey)})`;
  },
  alter(id, differences, making) {
    const table = making.expected.get("tables", id);
    const found = making.actual.get("tables", id);
    const steps: Statement[] = [];
    for (const difference of differences) {
      const remedy = property(difference, table, found, making);
      if (!isStatements(remedy)) return remedy;
      steps.push(...remedy);
    }
    // Joining a parent is one step for two properties.
    return steps.filter((step, at) => steps.findIndex(({ sql }) => sql === step.sql) === at);
  },
};

/** The table's row in the system catalog, as far as to a condition. */
function row(id: string): string {
  return `select from pg_catalog.pg_class where oid = pg_catalog.to_regclass(${literal(id)})`;
}

/** Columns, or the parent whose they are. */
function shape(table: Table, columns: readonly string[]): string {
  if (table.ofType !== undefined) return `of ${table.ofType}`;
  const parents = table.inherits?.join(", ");
  if (table.partitionBound !== undefined) return `partition of ${parents} ${table.partitionBound}`;
  return `(${columns.join(", ")})${parents === undefined ? "" : ` inherits (${parents})`}`;
}

/** What the columns of a partition, heir or typed table have of their own. */
function unlikeParent({ id, inherits = [], ofType, columns }: Table, { expected }: Making): readonly Statement[] {
  const parents = inherits.flatMap((parent) => expected.find("tables", parent)?.columns ?? []);
  const passed = columns.filter(({ inherited }) => ofType !== undefined || inherited === true);
  return passed.flatMap(({ name, default: initial, nullable, generated, identity: counts }) => {
    if (generated !== undefined || counts !== undefined) return [];
    const parent = parents.find((column) => column.name === name);
    const alter = `alter table ${id} alter column ${quoted(name)}`;
    return plain(
      ...(initial === parent?.default ? [] : [initial === undefined ? `${alter} drop default` : `${alter} set default ${initial}`]),
      ...(nullable || parent?.nullable === false ? [] : [`${alter} set not null`]),
    );
  });
}

function property(difference: Difference, table: Table, found: Table, making: Making): Remedy {
  const alter = `alter table ${table.id}`;
  switch (difference.property) {
    case "owner":
      return [given("table", table.id, table.owner, making)];
    case "persistence":
      return [{ sql: `${alter} set ${table.persistence === "unlogged" ? "unlogged" : "logged"}`, warning: REWRITES }];
    case "row security":
      return secured(table, found.rowSecurity);
    case "options":
      return plain(
        ...(difference.actual === undefined ? [] : [`${alter} reset (${names(difference.actual)})`]),
        ...(difference.expected === undefined ? [] : [`${alter} set (${difference.expected})`]),
      );
    case "replica identity":
      // An index that is the identity says so itself.
      return table.replicaIdentity === "index" ? [] : plain(identity(table));
    case "inherits":
    case "partition bound":
      return descended(table, found);
    case "of type":
      if (table.ofType !== undefined) return plain(`${alter} of ${table.ofType}`);
      return plain(guarded(`exists (${row(table.id)} and reloftype <> 0)`, `${alter} not of`));
    case "access method":
      return [{ sql: `${alter} set access method ${table.accessMethod ?? "heap"}`, warning: REWRITES }];
    case "column order":
      return { cannot: "Postgres can't move a column: only a new table has another order" };
    case "server":
      return retargeted(table, found);
    default:
      return "recreate";
  }
}

function secured(table: Table, found: Table["rowSecurity"]): readonly Statement[] {
  const { rowSecurity } = table;
  const alter = `alter table ${table.id}`;
  const sql: string[] = [];
  if ((rowSecurity === "off") !== (found === "off"))
    sql.push(`${alter} ${rowSecurity === "off" ? "disable" : "enable"} row level security`);
  if ((rowSecurity === "forced") !== (found === "forced"))
    sql.push(`${alter} ${rowSecurity === "forced" ? "force" : "no force"} row level security`);
  return plain(...sql);
}

function identity({ id, replicaIdentity }: Table): string {
  return `alter table ${id} replica identity ${replicaIdentity ?? "default"}`;
}
