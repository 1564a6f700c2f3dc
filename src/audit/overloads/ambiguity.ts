import type { Casts } from "./casts.ts";
import type { Argument, Routine } from "../../catalog/routines.ts";
import { candidatesFor, decide, inputsOf, isPolymorphic, parametersFor, type Call, type GivenArgument, type Types } from "./resolution.ts";

/** A call that matches two overloads equally well. */
export interface AmbiguousCall extends Call {
  readonly notation: Notation;
}

/**
 * How the call gives its arguments. `positional`: by position, with the types of the parameters. `named`: the same, with some
 * arguments by name. `cast`: with types that both overloads must convert. `untyped`: without types.
 */
export type Notation = "positional" | "named" | "cast" | "untyped";

/**
 * The kinds of calls to look for, from the highest severity to the lowest. `typed`: with the types of the parameters. `near`:
 * with types of the two overloads at other positions (`f(1, 1)` for `(integer, bigint)` and `(bigint, integer)`). `far`: with
 * types that neither overload has. `untyped`: with at least one argument without a type.
 */
export type Search = "typed" | "near" | "far" | "untyped";

/** The overloads of one name, and the casts of the database. */
export interface Overloads {
  readonly group: readonly Routine[];
  readonly casts: Casts;
}

// A call with ten arguments has millions of combinations of types. Calls with few arguments are tried first; they find most ambiguities.
const MOST_CALLS = { ofShape: 200, ofPair: 600 };

/** A call that two overloads match equally well, or undefined when the search finds none. */
export function ambiguityOf(one: Routine, other: Routine, search: Search, { group, casts }: Overloads): AmbiguousCall | undefined {
  let ofPair = 0;
  for (const shape of shapesOf(one, other)) {
    const given = shape.pairs.map(({ name }) => ({ name }));
    const candidates = candidatesFor(group, { verb: shape.verb, arguments: given });
    let ofShape = 0;
    for (const types of typesFor(shape, search, casts)) {
      if (++ofShape > MOST_CALLS.ofShape || ++ofPair > MOST_CALLS.ofPair) break;
      const chosen = decide(candidates, types, casts);
      if (chosen !== undefined && chosen.length > 1 && chosen.includes(one) && chosen.includes(other)) {
        const call = { verb: shape.verb, arguments: given.map(({ name }, at) => ({ type: types[at], name })) };
        return { ...call, notation: notationOf(call.arguments, search) };
      }
    }
  }
  return undefined;
}

function notationOf(given: readonly GivenArgument[], search: Search): Notation {
  if (search === "untyped") return search;
  if (search !== "typed") return "cast";
  return given.some(({ name }) => name !== undefined) ? "named" : "positional";
}

/** A call without the types of its arguments, with the parameter of each overload for each argument. */
interface CallShape {
  readonly verb: Call["verb"];
  readonly pairs: readonly ParameterPair[];
}

interface ParameterPair {
  readonly one: Argument;
  readonly other: Argument;
  readonly name?: string | undefined;
}

/** The calls by position, from the shortest to the longest, then the calls with names. */
function* shapesOf(one: Routine, other: Routine): Generator<CallShape> {
  for (const verb of new Set([one, other].map(verbOf))) {
    const [a, b] = [inputsOf(one, verb), inputsOf(other, verb)];
    const lists: GivenArgument[][] = [];
    // One argument more than the longer list, because two variadic functions can differ only in their first elements.
    for (let count = 0; count <= Math.max(a.length, b.length) + 1; count++) lists.push(Array.from({ length: count }, () => ({})));
    for (let taken = 0; taken < Math.min(a.length, b.length); taken++) {
      const [needed, shared] = namesOf(a.slice(taken), b.slice(taken));
      for (const names of [needed, shared]) {
        if (names.length > 0) lists.push([...Array.from({ length: taken }, () => ({})), ...names.map((name) => ({ name }))]);
      }
    }
    for (const list of lists) {
      const [ofOne, ofOther] = [one, other].map((routine) => parametersFor(routine, { verb, arguments: list }));
      if (ofOne === undefined || ofOther === undefined) continue;
      yield { verb, pairs: list.map(({ name }, at) => ({ one: ofOne[at] as Argument, other: ofOther[at] as Argument, name })) };
    }
  }
}

function verbOf({ kind }: Routine): Call["verb"] {
  return kind === "procedure" ? "call" : "select";
}

/** The names of the parameters without a default, and the names that both lists have. */
function namesOf(a: readonly Argument[], b: readonly Argument[]): [needed: readonly string[], shared: readonly string[]] {
  const needed = [...a, ...b].filter((argument) => argument.default === undefined).flatMap(({ name }) => name ?? []);
  const shared = a.flatMap(({ name }) => (name !== undefined && b.some((argument) => argument.name === name) ? [name] : []));
  return [[...new Set(needed)], shared];
}

/** The lists of types to try, with one type for each argument. Undefined: an argument without a type. */
function* typesFor({ pairs: places }: CallShape, search: Search, casts: Casts): Generator<Types> {
  const alike = places.every(({ one, other }) => one.type === other.type);
  if (search === "typed") {
    const types = places.map(({ one }) => (isPolymorphic(one) ? SAMPLES[one.type] : one.type));
    if (alike && !types.includes(undefined)) yield types;
    return;
  }
  if (places.some(({ one, other }) => isPolymorphic(one) || isPolymorphic(other))) return;
  const own = new Set(places.flatMap(({ one, other }) => [casts.baseOf(one.type), casts.baseOf(other.type)]));
  const choices = places.map(({ one, other }) => {
    const sources = one.type === other.type ? [casts.baseOf(one.type)] : casts.sourcesOf(one.type, other.type);
    if (search === "untyped") return [undefined, ...sources];
    return search === "far" ? sources : sources.filter((type) => own.has(type));
  });
  for (const types of combinations(choices)) {
    if (search !== "untyped" || types.includes(undefined)) yield types;
  }
}

/** All combinations of one element from each list. The first element changes slowest. */
function* combinations<T>([first, ...rest]: readonly (readonly T[])[]): Generator<readonly T[]> {
  if (first === undefined) yield [];
  else for (const choice of first) for (const others of combinations(rest)) yield [choice, ...others];
}

/** A type whose values are valid for each polymorphic type (PostgreSQL documentation, 36.2.5). */
const SAMPLES: Readonly<Record<string, string>> = {
  '"any"': "integer",
  anyelement: "integer",
  anynonarray: "integer",
  anyarray: "integer[]",
  anyrange: "int4range",
  anymultirange: "int4multirange",
  anycompatible: "integer",
  anycompatiblenonarray: "integer",
  anycompatiblearray: "integer[]",
  anycompatiblerange: "int4range",
  anycompatiblemultirange: "int4multirange",
};
