import type { Sequence } from "../../../catalog/sequences.ts";
import { spellings } from "../../../catalog/quote.ts";
import type { SequencePosition } from "../../state/sequences.ts";
import { type AuditFinding, finding, withSeverity } from "../../finding.ts";
import type { AuditRule } from "../rule.ts";
import { highest as highestOf } from "../spec/sequences.ts";

// In percent. A sequence whose use doubles each year has about five months left at 75 and two at 90.
const WARN_AT = 75n;
const FAIL_AT = 90n;

/** Sequences that are nearly used up, and sequences whose next number is already in their column. */
export const sequencePositions: AuditRule = ({ catalog, state }) => {
  const types = new Map(
    catalog.tables.flatMap(({ id, columns: list }) =>
      list
        .filter(({ type }) => isNarrow(type))
        .flatMap(({ name, type }) => spellings(name).map((column): [string, string] => [`${id}.${column}`, type])),
    ),
  );
  return catalog.sequences.flatMap((sequence) => {
    const position = state.sequences.get(sequence.id);
    // A sequence that cycles never ends, and repeats its numbers on purpose.
    if (position === undefined || sequence.cycle) return [];
    return [...nearEnd(sequence, position, types), ...behind(sequence, position)];
  });
};

function nearEnd(sequence: Sequence, { last, columns }: SequencePosition, types: ReadonlyMap<string, string>): readonly AuditFinding[] {
  if (last === undefined) return [];
  const { id, increment } = sequence;
  const [max, min] = [BigInt(sequence.max), BigInt(sequence.min)];
  // A column can be narrower than its sequence.
  const narrow = columns.find(({ id: column }) => isNarrower(types.get(column), max));
  const top = narrow === undefined ? max : BigInt(highestOf(types.get(narrow.id)));
  const [from, end] = BigInt(increment) < 0n ? [max, min] : [min, top];
  const used = (numbersBetween(from, BigInt(last)) * 100n) / numbersBetween(from, end);
  if (used < WARN_AT) return [];
  const facts = { last, end: String(end), used: `${used} %`, column: (narrow ?? columns[0])?.id };
  const found = finding("sequence-near-end", { kind: "sequence", name: id }, facts);
  return [used >= FAIL_AT ? withSeverity("error", found) : found];
}

/** How many numbers there are from one to the other, both included. */
function numbersBetween(one: bigint, other: bigint): bigint {
  return (one < other ? other - one : one - other) + 1n;
}

function isNarrower(type: string | undefined, max: bigint): boolean {
  return isNarrow(type) && BigInt(highestOf(type)) < max;
}

function isNarrow(type: string | undefined): boolean {
  return type === "smallint" || type === "integer";
}

/** Sequences that count down are left out: the highest value of their column says nothing about them. */
function behind({ id, increment }: Sequence, { last, first, columns }: SequencePosition): readonly AuditFinding[] {
  if (BigInt(increment) < 0n || (last === undefined && first === undefined)) return [];
  const next = last === undefined ? BigInt(first ?? 0) : BigInt(last) + BigInt(increment);
  return columns.flatMap(({ id: column, highest }) => {
    if (highest === undefined || !/^-?\d+$/.test(highest) || BigInt(highest) < next) return [];
    return [finding("sequence-behind", { kind: "sequence", name: id }, { next: String(next), highest, column })];
  });
}
