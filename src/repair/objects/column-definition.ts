import type { Column } from "../../catalog/columns.ts";
import type { Table } from "../../catalog/relations.ts";
import { quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import type { Difference } from "../../drift/change.ts";
import { foreignOptions } from "./foreign.ts";
import type { Making } from "../repair-context.ts";
import { sequenceOptions } from "./sequences.ts";
import { plain, type Statement } from "../step.ts";

/** A column as it stands in `create table` and `add column`. */
export function columnDefinition(columnId: string, making: Making): string {
  const { table, column } = making.expected.column(columnId);
  const { name, type, collation, generated, virtual, identity, nullable } = column;
  const byDefault = defaultOf(columnId, making);
  return [
    quoted(name),
    type,
    table.kind === "foreign table" ? foreignOptions(column.options ?? []).trim() : "",
    collation === undefined ? "" : `collate ${collation}`,
    byDefault === undefined ? "" : `default ${byDefault}`,
    generated === undefined ? "" : `generated always as (${generated}) ${virtual === true ? "virtual" : "stored"}`,
    identity === undefined ? "" : identityClause(columnId, identity, making),
    nullable ? "" : "not null",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** A column's expected default; where it counts with a sequence of its own, that is called as in the actual database. */
export function defaultOf(columnId: string, { expected, actual }: Making): string | undefined {
  const { column } = expected.column(columnId);
  const [wanted, found] = [expected.sequenceOf(columnId)?.id, actual.sequenceOf(columnId)?.id];
  const isCounted = wanted !== undefined && column.default === `nextval(${literal(wanted)}::regclass)`;
  return isCounted && found !== undefined ? `nextval(${literal(found)}::regclass)` : column.default;
}

export function identityClause(columnId: string, identity: NonNullable<Column["identity"]>, { expected, actual }: Making): string {
  const sequence = expected.sequenceOf(columnId);
  if (sequence === undefined) return `generated ${identity} as identity`;
  // Postgres chooses another name where this one is taken.
  const name = actual.find("sequences", sequence.id) === undefined ? `sequence name ${sequence.id} ` : "";
  return `generated ${identity} as identity (${name}${sequenceOptions(sequence)})`;
}

/** What has no place in a column's definition. */
export function columnExtras({ id, kind }: Table, column: Column): readonly Statement[] {
  const { storage, compression, statistics, options } = column;
  const alter = `alter table ${id} alter column ${quoted(column.name)}`;
  return plain(
    ...(storage === undefined ? [] : [`${alter} set storage ${storage}`]),
    ...(compression === undefined ? [] : [`${alter} set compression ${compression}`]),
    ...(statistics === undefined ? [] : [`${alter} set statistics ${statistics}`]),
    ...(options === undefined || kind === "foreign table" ? [] : [`${alter} set (${options.join(", ")})`]),
  );
}

/** The same where the column is there. */
export function tuned(column: Column, changed: ReadonlyMap<string, Difference>, alter: string, major: number): readonly Statement[] {
  const sql: string[] = [];
  // `default` is known since PostgreSQL 16; before, nearly every type that can be stored otherwise is `extended` by itself.
  const plainStorage = major >= 16 ? "default" : column.type.startsWith("numeric") ? "main" : "extended";
  if (changed.has("storage")) sql.push(`${alter} set storage ${column.storage ?? plainStorage}`);
  if (changed.has("compression")) sql.push(`${alter} set compression ${column.compression ?? "default"}`);
  if (changed.has("statistics")) sql.push(`${alter} set statistics ${column.statistics ?? -1}`);
  const options = changed.get("options");
  if (options?.actual !== undefined) sql.push(`${alter} reset (${names(options.actual)})`);
  if (options?.expected !== undefined) sql.push(`${alter} set (${options.expected})`);
  return plain(...sql);
}

/** Of `a=1, b=2` the names. */
export function names(options: string): string {
  return options
    .split(", ")
    .map((option) => option.split("=")[0])
    .join(", ");
}
