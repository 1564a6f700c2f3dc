import type { Sequence } from "../../catalog/sequences.ts";
import { spellings } from "../../catalog/quote.ts";
import type { SequencePosition } from "../state/sequences.ts";
import { as, finding, type Check } from "./rule.ts";
import { highest as highestOf } from "./sequences.ts";

// A sequence that doubles its use each year has a year left at one half, and half of that at three quarters.
const WARN_AT = 75n;
const FAIL_AT = 90n;

/** Sequences that are nearly used up, and those that will give out numbers which their column has already. */
export const positions: Check = (subject) => {
  const types = new Map(
    subject.catalog.tables.flatMap(({ id, columns: list }) =>
      list
        .filter(({ type }) => isNarrow(type))
        .flatMap(({ name, type }) => spellings(name).map((column): [string, string] => [`${id}.${column}`, type])),
    ),
  );
  return subject.catalog.sequences.flatMap((sequence) => {
    const position = subject.state.sequences.get(sequence.id);
    // One that cycles never ends, and gives out its numbers again on purpose.
    if (position === undefined || sequence.cycle) return [];
    return [...nearEnd(sequence, position, types), ...behind(sequence, position)];
  });
};

function nearEnd(sequence: Sequence, { last, columns }: SequencePosition, types: ReadonlyMap<string, string>): ReturnType<Check> {
  if (last === undefined) return [];
  const { id, increment } = sequence;
  const [max, min] = [BigInt(sequence.max), BigInt(sequence.min)];
  // A column may be narrower than the sequence that it draws from.
  const narrow = columns.find(({ id: column }) => isNarrower(types.get(column), max));
  const top = narrow === undefined ? max : BigInt(highestOf(types.get(narrow.id)));
  const [from, end] = BigInt(increment) < 0n ? [max, min] : [min, top];
  const used = (numbersBetween(from, BigInt(last)) * 100n) / numbersBetween(from, end);
  if (used < WARN_AT) return [];
  const facts = { last, end: String(end), used: `${used} %`, column: (narrow ?? columns[0])?.id };
  const told = finding("sequence-near-end", { kind: "sequence", name: id }, facts);
  return [used >= FAIL_AT ? as("error", told) : told];
}

/** Both of them counted. */
function numbersBetween(one: bigint, other: bigint): bigint {
  return (one < other ? other - one : one - other) + 1n;
}

function isNarrower(type: string | undefined, max: bigint): boolean {
  return isNarrow(type) && BigInt(highestOf(type)) < max;
}

function isNarrow(type: string | undefined): boolean {
  return type === "smallint" || type === "integer";
}

/** Those that count down are left alone: what is highest in their column says nothing. */
function behind({ id, increment }: Sequence, { last, first, columns }: SequencePosition): ReturnType<Check> {
  if (BigInt(increment) < 0n || (last === undefined && first === undefined)) return [];
  const next = last === undefined ? BigInt(first ?? 0) : BigInt(last) + BigInt(increment);
  return columns.flatMap(({ id: column, highest }) => {
    if (highest === undefined || !/^-?\d+$/.test(highest) || BigInt(highest) < next) return [];
    return [finding("sequence-behind", { kind: "sequence", name: id }, { next: String(next), highest, column })];
  });
}
