import type { Sequence } from "../catalog/sequences.ts";
import { path } from "../quote.ts";
import type { SequencePosition } from "../state/sequences.ts";
import { as, finding, type Check } from "./check.ts";
import { highest as highestOf } from "./sequences.ts";

// A sequence that doubles its use each year has a year left at one half, and half of that at three quarters.
const WARN_AT = 75n;
const FAIL_AT = 90n;

/** Sequences that are nearly used up, and those that will give out numbers which their column has already. */
export const positions: Check = (subject) => {
  const columns = new Map(
    subject.catalog.tables.flatMap(({ id, columns: list }) => list.map(({ name, type }) => [`${id}.${path(name)}`, type])),
  );
  return subject.catalog.sequences.flatMap((sequence) => {
    const position = subject.state.sequences.get(sequence.id);
    // Those that count down are rare and left alone.
    if (position === undefined || sequence.cycle || BigInt(sequence.increment) < 0n) return [];
    return [...nearEnd(sequence, position, columns), ...behind(sequence, position)];
  });
};

function nearEnd(sequence: Sequence, { last }: SequencePosition, columns: ReadonlyMap<string, string>): ReturnType<Check> {
  if (last === undefined) return [];
  const { id, max, min, ownedBy } = sequence;
  const type = ownedBy === undefined ? undefined : columns.get(ownedBy);
  const limit = type === "smallint" || type === "integer" ? BigInt(highestOf(type)) : BigInt(max);
  const end = limit < BigInt(max) ? limit : BigInt(max);
  const room = end - BigInt(min);
  if (room <= 0n) return [];
  const used = ((BigInt(last) - BigInt(min)) * 100n) / room;
  if (used < WARN_AT) return [];
  const facts = { last, end: String(end), used: `${used} %`, column: ownedBy };
  const told = finding("sequence-near-end", { kind: "sequence", name: id }, facts);
  return [used >= FAIL_AT ? as("error", told) : told];
}

function behind({ id, start, increment, ownedBy }: Sequence, { last, highest }: SequencePosition): ReturnType<Check> {
  if (highest === undefined || ownedBy === undefined || !/^-?\d+$/.test(highest)) return [];
  const next = last === undefined ? BigInt(start) : BigInt(last) + BigInt(increment);
  if (BigInt(highest) < next) return [];
  return [finding("sequence-behind", { kind: "sequence", name: id }, { next: String(next), highest, column: ownedBy })];
}
