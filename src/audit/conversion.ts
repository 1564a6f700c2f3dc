import { inputsOf, spread, type AmbiguousCall } from "./ambiguity.ts";
import type { Argument, Routine } from "./catalog/routines.ts";
import type { Casts } from "./casts.ts";

// The types to try grow with every parameter in which two overloads differ.
const MOST_DIFFERENCES = 5;

/**
 * A call by position whose typed arguments must be converted for each of two overloads, and for both equally:
 * `f(1, 1)` against `(integer, bigint)` and `(bigint, integer)`. By the rules of "Function Type Resolution"
 * (PostgreSQL documentation, 10.3, step 4) over all overloads of the name; undefined where there is none.
 */
export function conversionAmbiguity(group: readonly Routine[], one: Routine, other: Routine, casts: Casts): AmbiguousCall | undefined {
  const most = Math.max(inputsOf(one).length, inputsOf(other).length);
  for (let count = 1; count <= most; count++) {
    const [a, b] = [spread(inputsOf(one), count), spread(inputsOf(other), count)];
    if (a === undefined || b === undefined || [...a, ...b].some(isPolymorphic)) continue;
    const candidates = group.flatMap((routine) => {
      const parameters = spread(inputsOf(routine), count);
      return parameters === undefined ? [] : [{ routine, parameters }];
    });
    for (const types of calls(a, b, casts)) {
      const rivals = rivalsFor(types, candidates, casts).map(({ routine }) => routine);
      if (rivals.includes(one) && rivals.includes(other)) return { notation: "cast", positional: types, named: [] };
    }
  }
  return undefined;
}

interface Candidate {
  readonly routine: Routine;
  readonly parameters: readonly Argument[];
}

/** The candidates that Postgres finds equally good for arguments of these types; one or none: the call is decided. */
function rivalsFor(types: readonly string[], candidates: readonly Candidate[], casts: Casts): readonly Candidate[] {
  const fitting = candidates.filter(({ parameters }) => parameters.every(({ type }, at) => casts.isImplicit(types[at] ?? "", type)));
  const exactly = best(fitting, ({ type }, at) => type === types[at]);
  if (exactly.some(({ parameters }) => parameters.every(({ type }, at) => type === types[at]))) return [];
  return best(exactly, ({ type, preferred }, at) => type === types[at] || preferred === true);
}

/** Those whose parameters pass in most places. */
function best(candidates: readonly Candidate[], passes: (parameter: Argument, at: number) => boolean): readonly Candidate[] {
  const scored = candidates.map((candidate) => ({ candidate, score: candidate.parameters.filter(passes).length }));
  const top = Math.max(0, ...scored.map(({ score }) => score));
  return scored.filter(({ score }) => score === top).map(({ candidate }) => candidate);
}

/** Argument types to try: where the overloads agree, theirs; elsewhere either's and those that are taken for both. */
function calls(a: readonly Argument[], b: readonly Argument[], casts: Casts): readonly (readonly string[])[] {
  const choices = a.map(({ type }, at) => {
    const rival = b[at]?.type ?? type;
    if (type === rival) return [casts.baseOf(type)];
    return [...new Set([casts.baseOf(type), casts.baseOf(rival), ...casts.sourcesOf(type, rival)])].filter(
      (source) => casts.isImplicit(source, type) && casts.isImplicit(source, rival),
    );
  });
  if (choices.filter(({ length }) => length > 1).length > MOST_DIFFERENCES) return [];
  return choices.reduce<readonly (readonly string[])[]>(
    (lists, options) => lists.flatMap((list) => options.map((type) => [...list, type])),
    [[]],
  );
}

function isPolymorphic({ category }: Argument): boolean {
  return category === "P";
}
