import type { Sequence } from "../../catalog/sequences.ts";
import { type Lookup, realName } from "../lookup.ts";
import { changeOwner, type ObjectRepair, type RepairContext, ownerOfNew } from "../repair-context.ts";
import { toStatements, type Statement } from "../step.ts";

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
    if (context.actual.find("sequences", sequence.id) !== undefined)
      return toStatements(`alter sequence ${sequence.id} owned by ${sequence.ownedBy ?? "none"}`);
    const kind = sequence.persistence === "unlogged" ? "unlogged sequence" : "sequence";
    return [
      ...toStatements(`create ${kind} if not exists ${sequence.id} as ${sequence.type} ${sequenceOptions(sequence)}`),
      ...ownerOfNew("sequence", sequence.id, sequence.owner, context),
    ];
  },
  drop(id, { actual }) {
    const sequence = sequenceIn(actual, id);
    return sequence.identity === true
      ? []
      : [{ sql: `drop sequence if exists ${sequence.id}`, destructive: "it drops the current value of the sequence" }];
  },
  alter(id, differences, context) {
    const sequence = sequenceIn(context.expected, id);
    const name = sequenceIn(context.actual, id).id;
    const steps: Statement[] = [];
    for (const { property } of differences) {
      // An identity sequence is created and dropped with its column.
      if (property === "identity") return [];
      if (property === "owned by") steps.push({ sql: `alter sequence ${name} owned by ${sequence.ownedBy ?? "none"}` });
      if (property === "persistence")
        steps.push({ sql: `alter sequence ${name} set ${sequence.persistence === "unlogged" ? "unlogged" : "logged"}` });
      // An owned sequence gets the owner of its table.
      if (property === "owner" && sequence.ownedBy === undefined) steps.push(changeOwner("sequence", name, sequence.owner, context));
    }
    const others = differences.filter(({ property }) => !["owned by", "persistence", "owner"].includes(property));
    const as = sequence.identity === true ? "" : ` as ${sequence.type}`;
    if (others.length > 0) steps.push({ sql: `alter sequence ${name}${as} ${sequenceOptions(sequence)}` });
    return steps;
  },
};

/** `owned by` of a sequence. It is set after both exist, since the column needs the sequence and `owned by` needs the column. */
export const ownerships: ObjectRepair = {
  create(id, { expected }: RepairContext) {
    const { id: name, ownedBy, identity } = sequenceIn(expected, id);
    return ownedBy === undefined || identity === true ? [] : toStatements(`alter sequence ${name} owned by ${ownedBy}`);
  },
  drop: () => [],
  alter: () => [],
};
