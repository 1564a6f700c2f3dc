import type { Table } from "../../catalog/relations.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Difference } from "../../drift/change.ts";
import { columnDefinition, newColumnSettings, optionNames } from "./column-definition.ts";
import { changeParents } from "./inheritance.ts";
import { foreignTail, changeTarget, isForeignTableOf } from "./foreign.ts";
import { changeOwner, type ObjectRepair, type RepairContext, ownerOfNew } from "../repair-context.ts";
import { isRelation, isReplaced } from "../relation-names.ts";
import { guarded, isStatements, toStatements, type Remedy, type Statement } from "../step.ts";

const NO_SERVER =
  "its foreign server does not exist, and offshoot cannot create it: the options of a server can hold secrets, so offshoot does not read them";

const REWRITES = "rewrites the table under an ACCESS EXCLUSIVE lock";

export const tables: ObjectRepair = {
  create(id, context) {
    const table = context.expected.get("tables", id);
    const foreign = foreignTail(table, context);
    if (table.kind === "foreign table" && foreign === undefined) return { cannot: NO_SERVER };
    const all = table.columns.map((column) => ({ column, id: path(table.schema, table.name, column.name) }));
    const own = all.filter(({ column }) => column.inherited === undefined || column.own === true);
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
            own.map((entry) => columnDefinition(entry.id, context)),
          )}`,
          ...tail,
        ].join(" "),
      },
      ...inheritedColumnSettings(table, context),
      ...all.flatMap(({ column }) => newColumnSettings(table, column)),
      ...secured(table, "off"),
      ...(table.replicaIdentity === undefined || table.replicaIdentity === "index" ? [] : toStatements(identity(table))),
      ...ownerOfNew("table", id, table.owner, context),
    ];
  },
  drop(id, { actual, expected }) {
    const isForeign = actual.get("tables", id).kind === "foreign table";
    const drop = `drop ${isForeign ? "foreign table" : "table"} if exists ${id}`;
    const otherTable = expected.find("tables", id);
    const changesKind = otherTable !== undefined && (otherTable.kind === "foreign table") !== isForeign;
    const letters = isForeign ? ["f"] : ["r", "p"];
    const sql = changesKind || isReplaced(expected, id, "table") ? guarded(isRelation(id, ...letters), drop) : drop;
    // The rows of a foreign table are on the foreign server.
    return isForeign ? toStatements(sql) : [{ sql, destructive: "it drops the data of the table" }];
  },
  isUnchanged(id, _differences, { actual }) {
    const { partitionKey, kind, server = "" } = actual.get("tables", id);
    if (kind === "foreign table") return isForeignTableOf(id, server);
    return `exists (${row(id)} and pg_catalog.pg_get_partkeydef(oid) is not distinct from ${partitionKey === undefined ? "null" : literal(partitionKey)})`;
  },
  alter(id, differences, context) {
    const table = context.expected.get("tables", id);
    const found = context.actual.get("tables", id);
    const steps: Statement[] = [];
    for (const difference of differences) {
      const remedy = property(difference, table, found, context);
      if (!isStatements(remedy)) return remedy;
      steps.push(...remedy);
    }
    // `inherits` and `partition bound` are two properties, but one statement.
    return steps.filter((step, at) => steps.findIndex(({ sql }) => sql === step.sql) === at);
  },
};

/** Selects the table's row in `pg_class`; more conditions can follow. */
function row(id: string): string {
  return `select from pg_catalog.pg_class where oid = pg_catalog.to_regclass(${literal(id)})`;
}

/** The columns, or the parent or type that defines them. */
function shape(table: Table, columns: readonly string[]): string {
  if (table.ofType !== undefined) return `of ${table.ofType}`;
  const parents = table.inherits?.join(", ");
  if (table.partitionBound !== undefined) return `partition of ${parents} ${table.partitionBound}`;
  return `(${columns.join(", ")})${parents === undefined ? "" : ` inherits (${parents})`}`;
}

/** The settings of inherited columns that differ from the parent or type. */
function inheritedColumnSettings({ id, inherits = [], ofType, columns }: Table, { expected }: RepairContext): readonly Statement[] {
  const parents = inherits.flatMap((parent) => expected.find("tables", parent)?.columns ?? []);
  const inheritedColumns = columns.filter(({ inherited, own }) => ofType !== undefined || (inherited === true && own !== true));
  return inheritedColumns.flatMap(({ name, default: initial, nullable, generated, identity: counts, ownNotNull }) => {
    if (generated !== undefined || counts !== undefined) return [];
    const parent = parents.find((column) => column.name === name);
    const alter = `alter table ${id} alter column ${quoted(name)}`;
    return toStatements(
      ...(initial === parent?.default ? [] : [initial === undefined ? `${alter} drop default` : `${alter} set default ${initial}`]),
      ...(nullable || (parent?.nullable === false && ownNotNull !== true) ? [] : [`${alter} set not null`]),
    );
  });
}

function property(difference: Difference, table: Table, found: Table, context: RepairContext): Remedy {
  const alter = `alter table ${table.id}`;
  switch (difference.property) {
    case "owner":
      return [changeOwner("table", table.id, table.owner, context)];
    case "persistence":
      return [{ sql: `${alter} set ${table.persistence === "unlogged" ? "unlogged" : "logged"}`, warning: REWRITES }];
    case "row security":
      return secured(table, found.rowSecurity);
    case "options":
      return toStatements(
        ...(difference.actual === undefined ? [] : [`${alter} reset (${optionNames(difference.actual)})`]),
        ...(difference.expected === undefined ? [] : [`${alter} set (${difference.expected})`]),
      );
    case "replica identity":
      // `indexes.ts` sets the index that is the replica identity.
      return table.replicaIdentity === "index" ? [] : toStatements(identity(table));
    case "inherits":
    case "partition bound":
      return changeParents(table, found, context);
    case "of type":
      if (table.ofType !== undefined) return toStatements(`${alter} of ${table.ofType}`);
      return toStatements(guarded(`exists (${row(table.id)} and reloftype <> 0)`, `${alter} not of`));
    case "access method":
      return [{ sql: `${alter} set access method ${table.accessMethod ?? "heap"}`, warning: REWRITES }];
    case "column order":
      return { cannot: "Postgres cannot move a column: only a new table can have another order" };
    case "server":
      return changeTarget(table, found);
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
  return toStatements(...sql);
}

function identity({ id, replicaIdentity }: Table): string {
  return `alter table ${id} replica identity ${replicaIdentity ?? "default"}`;
}
