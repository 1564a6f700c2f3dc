import type { Sequence } from "../../catalog/sequences.ts";
import { type Lookup, realName } from "../lookup.ts";
import { given, type Maker, type Making, owned } from "../repair-context.ts";
import { plain, type Statement } from "../step.ts";

export function sequenceOptions({ start, increment, min, max, cache, cycle }: Sequence): string {
  return `start with ${start} increment by ${increment} minvalue ${min} maxvalue ${max} cache ${cache}${cycle ? " cycle" : " no cycle"}`;
}

function sequenceIn(lookup: Lookup, id: string): Sequence {
  return lookup.get("sequences", realName(lookup, id));
}

export const sequences: Maker = {
  create(id, making) {
    const sequence = sequenceIn(making.expected, id);
    if (sequence.identity === true) return [];
    // It may be there, and go with a column on one side alone.
    if (making.actual.find("sequences", sequence.id) !== undefined)
      return plain(`alter sequence ${sequence.id} owned by ${sequence.ownedBy ?? "none"}`);
    const kind = sequence.persistence === "unlogged" ? "unlogged sequence" : "sequence";
    return [
      ...plain(`create ${kind} if not exists ${sequence.id} as ${sequence.type} ${sequenceOptions(sequence)}`),
      ...owned("sequence", sequence.id, sequence.owner, making),
    ];
  },
  drop(id, { actual }) {
    const sequence = sequenceIn(actual, id);
    return sequence.identity === true
      ? []
      : [{ sql: `drop sequence if exists ${sequence.id}`, destructive: "it drops the sequence's position" }];
  },
  alter(id, differences, making) {
    const sequence = sequenceIn(making.expected, id);
    const name = sequenceIn(making.actual, id).id;
    const steps: Statement[] = [];
    for (const { property } of differences) {
      // An identity column brings its sequence and takes it away.
      if (property === "identity") return [];
      if (property === "owned by") steps.push({ sql: `alter sequence ${name} owned by ${sequence.ownedBy ?? "none"}` });
      if (property === "persistence")
        steps.push({ sql: `alter sequence ${name} set ${sequence.persistence === "unlogged" ? "unlogged" : "logged"}` });
      // One that goes with a column goes with the table's owner.
      if (property === "owner" && sequence.ownedBy === undefined) steps.push(given("sequence", name, sequence.owner, making));
    }
    const others = differences.filter(({ property }) => !["owned by", "persistence", "owner"].includes(property));
    const as = sequence.identity === true ? "" : ` as ${sequence.type}`;
    if (others.length > 0) steps.push({ sql: `alter sequence ${name}${as} ${sequenceOptions(sequence)}` });
    return steps;
  },
};

/** That a sequence goes with a column: said when both are there, since each needs the other. */
export const ownerships: Maker = {
  create(id, { expected }: Making) {
    const { id: name, ownedBy, identity } = sequenceIn(expected, id);
    return ownedBy === undefined || identity === true ? [] : plain(`alter sequence ${name} owned by ${ownedBy}`);
  },
  drop: () => [],
  alter: () => [],
};
