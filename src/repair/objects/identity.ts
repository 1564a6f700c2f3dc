import type { Column } from "../../catalog/columns.ts";
import type { Sequence } from "../../catalog/sequences.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { identityClause } from "./column-definition.ts";
import type { Making } from "../repair-context.ts";
import { sequenceOptions } from "./sequences.ts";
import { guarded, plain, type Statement } from "../step.ts";

const HIGHEST = "looks for the column's highest number";

/**
 * Lets a column that is there count by an identity. All of it is done once only: an identity made again would start over.
 * What a sequence of its own has counted so far is carried on.
 */
export function identified(id: string, identity: NonNullable<Column["identity"]>, making: Making): readonly Statement[] {
  const { table, column } = making.actual.column(id);
  const alter = `alter table ${table.id} alter column ${quoted(column.name)}`;
  if (column.identity !== undefined) return plain(`${alter} set generated ${identity}`);
  const old = making.actual.sequenceOf(id);
  const aside = old === undefined ? undefined : replacedName(old);
  const own = `pg_catalog.pg_get_serial_sequence(${literal(table.id)}, ${literal(column.name)})::regclass`;
  const sql = guarded(
    counts(table.id, column.name, "= ''"),
    // The server refuses an identity beside a default.
    ...(column.default === undefined ? [] : [`${alter} drop default`]),
    ...(old === undefined || aside === undefined
      ? []
      : [`alter sequence ${old.id} owned by none`, `alter sequence ${old.id} rename to ${quoted(aside.name)}`]),
    `${alter} add ${identityClause(id, identity, making)}`,
    ...(aside === undefined
      ? []
      : [`perform pg_catalog.setval(${own}, last_value, is_called) from ${aside.id}`, `drop sequence ${aside.id}`]),
  );
  return [{ sql }, advanced(id, own, making.expected.sequenceOf(id), making)];
}

/** Lets an identity column count by a sequence of its own, which carries on where the identity was. */
export function serial(id: string, wanted: Sequence, making: Making): readonly Statement[] {
  const { table, column } = making.actual.column(id);
  const found = making.actual.sequenceOf(id);
  const alter = `alter table ${table.id} alter column ${quoted(column.name)}`;
  const aside = replacedName(wanted);
  return plain(
    guarded(
      counts(table.id, column.name, "<> ''"),
      `create sequence ${aside.id} as ${wanted.type} ${sequenceOptions(wanted)}`,
      ...(found === undefined ? [] : [`perform pg_catalog.setval(${literal(aside.id)}, last_value, is_called) from ${found.id}`]),
      `${alter} drop identity`,
      `alter sequence ${aside.id} rename to ${quoted(wanted.name)}`,
      `${alter} set default nextval(${literal(wanted.id)}::regclass)`,
      `alter sequence ${wanted.id} owned by ${id}`,
    ),
  );
}

/** Moves the sequence that a column begins to count with beyond the numbers that rows have already; never back. */
export function counted(id: string, byDefault: string | undefined, making: Making): readonly Statement[] {
  const sequence = making.expected.catalog.sequences.find((one) => byDefault === `nextval(${literal(one.id)}::regclass)`);
  if (sequence === undefined || !/^(?:smallint|integer|bigint)$/.test(making.expected.column(id).column.type)) return [];
  return [advanced(id, `${literal(sequence.id)}::regclass`, sequence, making)];
}

function advanced(id: string, sequence: string, wanted: Sequence | undefined, { expected }: Making): Statement {
  const { table, column } = expected.column(id);
  const isDown = wanted?.increment.startsWith("-") === true;
  const [most, beyond, next] = isDown ? ["min", "<=", "- 1"] : ["max", ">=", "+ 1"];
  return {
    sql: `select pg_catalog.setval(s.seqrelid::regclass, t.most)
from pg_catalog.pg_sequence s, (select ${most}(${quoted(column.name)}) as most from ${table.id}) t
where s.seqrelid = ${sequence} and t.most ${beyond} coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid) ${next}, s.seqstart)`,
    warning: HIGHEST,
  };
}

/** A condition: whether the column has an identity. */
function counts(table: string, column: string, identity: string): string {
  return `exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass(${literal(table)}) and attname = ${literal(column)}
    and attidentity ${identity})`;
}

/** A name for a sequence that is there beside the one that it makes way for. */
function replacedName({ schema, name }: Sequence): { readonly id: string; readonly name: string } {
  const replaced = `${name.slice(0, 50)}_replaced`;
  return { id: path(schema, replaced), name: replaced };
}
