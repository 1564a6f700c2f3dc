import type { Column } from "../../catalog/columns.ts";
import type { Sequence } from "../../catalog/sequences.ts";
import { path, quoted } from "../../catalog/quote.ts";
import { literal } from "../../postgres/identifier.ts";
import { identityClause } from "./column-definition.ts";
import type { RepairContext } from "../repair-context.ts";
import { sequenceOptions } from "./sequences.ts";
import { guarded, toStatements, type Statement } from "../step.ts";

const READS_HIGHEST = "reads the highest value of the column";

/**
 * Changes an existing column to an identity column, which continues the values of its serial sequence. The statements run
 * only once: a new identity would start again at its first value.
 */
export function changeToIdentity(id: string, identity: NonNullable<Column["identity"]>, context: RepairContext): readonly Statement[] {
  const { table, column } = context.actual.column(id);
  const alter = `alter table ${table.id} alter column ${quoted(column.name)}`;
  if (column.identity !== undefined) return toStatements(`${alter} set generated ${identity}`);
  const old = context.actual.sequenceOf(id);
  const shared = old === undefined ? sequenceIn(column.default, context) : undefined;
  const temporary = old === undefined ? undefined : replacedName(old);
  const last = temporary?.id ?? shared?.id;
  const own = `pg_catalog.pg_get_serial_sequence(${literal(table.id)}, ${literal(column.name)})::regclass`;
  const sql = guarded(
    identityIs(table.id, column.name, "= ''"),
    // A column with a default cannot become an identity column.
    ...(column.default === undefined ? [] : [`${alter} drop default`]),
    ...(old === undefined || temporary === undefined
      ? []
      : [`alter sequence ${old.id} owned by none`, `alter sequence ${old.id} rename to ${quoted(temporary.name)}`]),
    `${alter} add ${identityClause(id, identity, context)}`,
    ...(last === undefined ? [] : [`perform pg_catalog.setval(${own}, last_value, is_called) from ${last}`]),
    // A sequence that does not belong to the column can serve others.
    ...(temporary === undefined ? [] : [`drop sequence ${temporary.id}`]),
  );
  return [{ sql }, setPastRows(id, own, context.expected.sequenceOf(id), context)];
}

/** The sequence of a default such as `nextval('app.numbers'::regclass)`. */
function sequenceIn(byDefault: string | undefined, { actual }: RepairContext): Sequence | undefined {
  return actual.catalog.sequences.find(({ id }) => byDefault === `nextval(${literal(id)}::regclass)`);
}

/** Changes an identity column to a serial column, whose sequence continues the values of the identity. */
export function changeToSerial(id: string, wanted: Sequence, context: RepairContext): readonly Statement[] {
  const { table, column } = context.actual.column(id);
  const found = context.actual.sequenceOf(id);
  const alter = `alter table ${table.id} alter column ${quoted(column.name)}`;
  const temporary = replacedName(wanted);
  return toStatements(
    guarded(
      identityIs(table.id, column.name, "<> ''"),
      `create sequence ${temporary.id} as ${wanted.type} ${sequenceOptions(wanted)}`,
      ...(found === undefined ? [] : [`perform pg_catalog.setval(${literal(temporary.id)}, last_value, is_called) from ${found.id}`]),
      `${alter} drop identity`,
      `alter sequence ${temporary.id} rename to ${quoted(wanted.name)}`,
      `${alter} set default nextval(${literal(wanted.id)}::regclass)`,
      `alter sequence ${wanted.id} owned by ${id}`,
    ),
  );
}

/** Moves the sequence of a new default past the values that rows already have, and never back. */
export function advanceSequence(id: string, byDefault: string | undefined, context: RepairContext): readonly Statement[] {
  const sequence = context.expected.catalog.sequences.find((one) => byDefault === `nextval(${literal(one.id)}::regclass)`);
  if (sequence === undefined || !/^(?:smallint|integer|bigint)$/.test(context.expected.column(id).column.type)) return [];
  return [setPastRows(id, `${literal(sequence.id)}::regclass`, sequence, context)];
}

function setPastRows(id: string, sequence: string, wanted: Sequence | undefined, { expected }: RepairContext): Statement {
  const { table, column } = expected.column(id);
  const isDown = wanted?.increment.startsWith("-") === true;
  const [most, beyond, next] = isDown ? ["min", "<=", "- 1"] : ["max", ">=", "+ 1"];
  return {
    sql: `select pg_catalog.setval(s.seqrelid::regclass, t.most)
from pg_catalog.pg_sequence s, (select ${most}(${quoted(column.name)}) as most from ${table.id}) t
where s.seqrelid = ${sequence} and t.most ${beyond} coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid) ${next}, s.seqstart)`,
    warning: READS_HIGHEST,
  };
}

/** SQL condition on the identity of a column. */
function identityIs(table: string, column: string, identity: string): string {
  return `exists (select from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass(${literal(table)}) and attname = ${literal(column)}
    and attidentity ${identity})`;
}

/** A temporary name: the old and the new sequence exist at the same time. */
function replacedName({ schema, name }: Sequence): { readonly id: string; readonly name: string } {
  const replaced = `${name.slice(0, 50)}_replaced`;
  return { id: path(schema, replaced), name: replaced };
}
