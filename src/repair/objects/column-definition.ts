import type { Column } from "../../catalog/columns.ts";
import type { Table } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Difference } from "../../drift/change.ts";
import { foreignOptions } from "./foreign.ts";
import { isNotNullOfParent, notNullOf } from "./not-null.ts";
import { relationKind } from "../relation-names.ts";
import type { RepairContext } from "../repair-context.ts";
import { sequenceOptions } from "./sequences.ts";
import { toStatements, type Statement } from "../step.ts";

/** The definition of a column for `create table` and `add column`. */
export function columnDefinition(columnId: string, context: RepairContext): string {
  const { table, column } = context.expected.column(columnId);
  const { name, type, collation, generated, virtual, identity, nullable } = column;
  const byDefault = defaultOf(columnId, context);
  return [
    quoted(name),
    type,
    foreignOptions(column.foreignOptions ?? []).trim(),
    collation === undefined ? "" : `collate ${collation}`,
    byDefault === undefined ? "" : `default ${byDefault}`,
    generated === undefined ? "" : `generated always as (${generated}) ${virtual === true ? "virtual" : "stored"}`,
    identity === undefined ? "" : identityClause(columnId, identity, context),
    // A constraint that is not valid or not inherited is added afterwards.
    nullable || notNullOf(context.expected, table, name) !== undefined || isNotNullOfParent(context.expected, table, column)
      ? ""
      : "not null",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** The expected default of a column. A serial column uses the name that its sequence has in the actual database. */
export function defaultOf(columnId: string, { expected, actual }: RepairContext): string | undefined {
  const { column } = expected.column(columnId);
  const [wanted, found] = [expected.sequenceOf(columnId)?.id, actual.sequenceOf(columnId)?.id];
  const isSerial = wanted !== undefined && column.default === `nextval(${literal(wanted)}::regclass)`;
  return isSerial && found !== undefined ? `nextval(${literal(found)}::regclass)` : column.default;
}

export function identityClause(columnId: string, identity: NonNullable<Column["identity"]>, { expected, actual }: RepairContext): string {
  const sequence = expected.sequenceOf(columnId);
  if (sequence === undefined) return `generated ${identity} as identity`;
  // Without a name, Postgres chooses one that is not taken.
  const name = relationKind(actual, sequence.id) === undefined ? `sequence name ${sequence.id} ` : "";
  return `generated ${identity} as identity (${name}${sequenceOptions(sequence)})`;
}

/** The settings of a new column that its definition cannot contain. */
export function newColumnSettings({ id }: Pick<Table, "id">, column: Column): readonly Statement[] {
  const { storage, compression, statistics, options } = column;
  const alter = `alter table ${id} alter column ${quoted(column.name)}`;
  return toStatements(
    ...(storage === undefined ? [] : [`${alter} set storage ${storage}`]),
    ...(compression === undefined ? [] : [`${alter} set compression ${compression}`]),
    ...(statistics === undefined ? [] : [`${alter} set statistics ${statistics}`]),
    ...(options === undefined ? [] : [`${alter} set (${options.join(", ")})`]),
  );
}

/** The same settings for a column that exists. */
export function alterColumnSettings(
  column: Column,
  changed: ReadonlyMap<string, Difference>,
  alter: string,
  major: number,
): readonly Statement[] {
  const sql: string[] = [];
  // `default` exists since PostgreSQL 16. Before, it is `extended` for nearly every type with more than one storage.
  const defaultStorage = major >= 16 ? "default" : column.type.startsWith("numeric") ? "main" : "extended";
  if (changed.has("storage")) sql.push(`${alter} set storage ${column.storage ?? defaultStorage}`);
  if (changed.has("compression")) sql.push(`${alter} set compression ${column.compression ?? "default"}`);
  if (changed.has("statistics")) sql.push(`${alter} set statistics ${column.statistics ?? -1}`);
  const options = changed.get("options");
  if (options?.actual !== undefined) sql.push(`${alter} reset (${optionNames(options.actual)})`);
  if (options?.expected !== undefined) sql.push(`${alter} set (${options.expected})`);
  return toStatements(...sql);
}

/** The option names in a text such as `a=1, b=2`. */
export function optionNames(options: string): string {
  return options
    .split(", ")
    .map((option) => option.split("=")[0])
    .join(", ");
}
