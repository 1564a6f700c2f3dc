import type { Sequence } from "../../catalog/sequences.ts";
import { literal } from "../../postgres/identifier.ts";
import { type Lookup, realName } from "../lookup.ts";
import { changeOwner, type ObjectRepair, type RepairContext, ownerOfNew } from "../repair-context.ts";
import { isRelation, relationKind } from "../relation-names.ts";
import { guarded, toStatements, type Statement } from "../step.ts";

export function sequenceOptions({ start, increment, min, max, cache, cycle }: Sequence): string {
  return `start with ${start} increment by ${increment} minvalue ${min} maxvalue ${max} cache ${cache}${cycle ? " cycle" : " no cycle"}`;
}

function sequenceIn(lookup: Lookup, id: string): Sequence {
  return lookup.get("sequences", realName(lookup, id));
}

export const sequences: ObjectRepair = {
  create(id, context) {
    const sequence = sequenceIn(context.expected, id);
    if (sequence.identity === true) return [];
    // The sequence can exist on both sides, and be owned by a column on one side only.
    const found = context.actual.find("sequences", sequence.id);
    if (found !== undefined && found.identity !== true) return changed(sequence, found, context);
    const kind = sequence.persistence === "unlogged" ? "unlogged sequence" : "sequence";
    return [
      ...toStatements(`create ${kind} if not exists ${sequence.id} as ${sequence.type} ${sequenceOptions(sequence)}`),
      ...ownerOfNew("sequence", sequence.id, sequence.owner, context),
    ];
  },
  drop(id, { actual, expected }) {
    const sequence = sequenceIn(actual, id);
    if (sequence.identity === true) return [];
    const drop = `drop sequence if exists ${sequence.id}`;
    // If an identity column or a relation of another kind takes the name, a second run must keep that one.
    const isTaken = relationKind(expected, sequence.id) !== undefined;
    const isThis = `${isRelation(sequence.id, "S")} and not ${belongs(sequence.id, "i")}`;
    return [{ sql: isTaken ? guarded(isThis, drop) : drop, destructive: "it drops the current value of the sequence" }];
  },
  alter(id, differences, context) {
    const sequence = sequenceIn(context.expected, id);
    const name = sequenceIn(context.actual, id).id;
    const steps: Statement[] = [];
    for (const { property } of differences) {
      // An identity sequence is created and dropped with its column.
      if (property === "identity") return [];
      if (property === "persistence")
        steps.push({ sql: `alter sequence ${name} set ${sequence.persistence === "unlogged" ? "unlogged" : "logged"}` });
      // An owned sequence gets the owner of its table.
      if (property === "owner" && sequence.ownedBy === undefined) steps.push(changeOwner("sequence", name, sequence.owner, context));
    }
    const others = differences.filter(({ property }) => !["owned by", "persistence", "owner"].includes(property));
    const as = sequence.identity === true ? "" : ` as ${sequence.type}`;
    const alter = `alter sequence ${name}${as} ${sequenceOptions(sequence)}`;
    if (others.length > 0) steps.push(...restartedInRange(name, sequence, alter), { sql: alter });
    return steps;
  },
};

/** Starts again when the next value would come before the range: Postgres accepts no such range for the current value. */
function restartedInRange(name: string, { min, max, start, increment }: Sequence, alter: string): readonly Statement[] {
  const isBefore = increment.startsWith("-") ? `last_value > ${max}` : `last_value < ${min}`;
  return toStatements(guarded(`exists (select from ${name} where ${isBefore})`, `${alter} restart with ${start}`));
}

/** Gives a sequence of the same name the expected options. */
function changed(sequence: Sequence, found: Sequence, context: RepairContext): readonly Statement[] {
  const { id, type, persistence, owner, ownedBy } = sequence;
  const options = `as ${type} ${sequenceOptions(sequence)}`;
  const isSame = options === `as ${found.type} ${sequenceOptions(found)}`;
  return [
    ...toStatements(
      ...(isSame ? [] : [`alter sequence ${id} ${options}`]),
      ...(persistence === found.persistence ? [] : [`alter sequence ${id} set ${persistence === "unlogged" ? "unlogged" : "logged"}`]),
    ),
    ...(ownedBy === undefined && context.role(owner) !== found.owner ? [changeOwner("sequence", id, owner, context)] : []),
  ];
}

/** SQL condition: the sequence belongs to a column: `a` for a serial column, `i` for an identity column (PostgreSQL documentation, pg_depend). */
function belongs(id: string, ...dependencies: readonly ("a" | "i")[]): string {
  return `exists (select from pg_catalog.pg_depend where classid = 'pg_catalog.pg_class'::regclass and objid = pg_catalog.to_regclass(${literal(id)})
    and refclassid = 'pg_catalog.pg_class'::regclass and deptype in (${dependencies.map(literal).join(", ")}))`;
}

/**
 * `owned by` of a sequence. It is set after both exist, since the column needs the sequence and `owned by` needs the column.
 * It is removed before the former column is dropped, which would drop the sequence too.
 */
export const ownerships: ObjectRepair = {
  create(id, { expected }: RepairContext) {
    const { id: name, ownedBy, identity } = sequenceIn(expected, id);
    return ownedBy === undefined || identity === true ? [] : toStatements(`alter sequence ${name} owned by ${ownedBy}`);
  },
  drop(id, { actual }: RepairContext) {
    const { id: name, ownedBy, identity } = sequenceIn(actual, id);
    if (ownedBy === undefined || identity === true) return [];
    return toStatements(guarded(isOwnedBy(name, ownedBy), `alter sequence ${name} owned by none`));
  },
  alter: () => [],
};

/** SQL condition: the sequence belongs to this column. */
function isOwnedBy(sequence: string, column: string): string {
  return `exists (select from pg_catalog.pg_depend d join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = pg_catalog.to_regclass(${literal(sequence)}) and d.deptype = 'a'
      and pg_catalog.format('%s.%I', d.refobjid::regclass, a.attname) = ${literal(column)})`;
}
