import type { Casts } from "./casts.ts";
import type { Argument, Routine } from "../../catalog/routines.ts";
import { candidatesFor, decide, inputsOf, isPolymorphic, parametersFor, type Call, type GivenArgument, type Types } from "./resolution.ts";

/** A call that Postgres can't decide. */
export interface AmbiguousCall extends Call {
  readonly notation: Notation;
}

/**
 * What it takes to run into it: arguments of the parameters' own types, by position or with some by name; such as
 * must be converted for both overloads; or such as have no type.
 */
export type Notation = "positional" | "named" | "cast" | "untyped";

/**
 * The kinds of calls to look for, the worst first: with the parameters' own types; with types of the two overloads
 * that don't stand where they are given (`f(1, 1)` for `(integer, bigint)` and `(bigint, integer)`); with types that
 * neither has; without types.
 */
export type Search = "typed" | "near" | "far" | "untyped";

/** The overloads of one name, and what is needed to decide between them. */
export interface Overloads {
  readonly group: readonly Routine[];
  readonly casts: Casts;
}

// A call of ten arguments has millions of combinations of types. Those of few arguments come first, and tell most.
const MOST_CALLS = { ofShape: 200, ofPair: 600 };

/** A call that two overloads match equally well, or undefined where none was found. */
export function ambiguityOf(one: Routine, other: Routine, search: Search, { group, casts }: Overloads): AmbiguousCall | undefined {
  let ofPair = 0;
  for (const shape of shapesOf(one, other)) {
    const given = shape.places.map(({ name }) => ({ name }));
    const candidates = candidatesFor(group, { verb: shape.verb, arguments: given });
    let ofShape = 0;
    for (const types of typesFor(shape, search, casts)) {
      if (++ofShape > MOST_CALLS.ofShape || ++ofPair > MOST_CALLS.ofPair) break;
      const left = decide(candidates, types, casts);
      if (left !== undefined && left.length > 1 && left.includes(one) && left.includes(other)) {
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

/** Which parameters of two overloads the arguments of a call meet, leaving their types open. */
interface Shape {
  readonly verb: Call["verb"];
  readonly places: readonly Place[];
}

interface Place {
  readonly one: Argument;
  readonly other: Argument;
  readonly name?: string | undefined;
}

/** By position first, the shortest before the longer, then with names. Procedures are called, functions selected. */
function* shapesOf(one: Routine, other: Routine): Generator<Shape> {
  for (const verb of new Set([one, other].map(verbOf))) {
    const [a, b] = [inputsOf(one, verb), inputsOf(other, verb)];
    const lists: GivenArgument[][] = [];
    // One more than the longer list has, since two variadics may differ in their first elements only.
    for (let count = 0; count <= Math.max(a.length, b.length) + 1; count++) lists.push(Array.from({ length: count }, () => ({})));
    for (let taken = 0; taken < Math.min(a.length, b.length); taken++) {
      const [needed, shared] = namesOf(a.slice(taken), b.slice(taken));
      for (const names of [needed, shared]) {
        if (names.length > 0) lists.push([...Array.from({ length: taken }, () => ({})), ...names.map((name) => ({ name }))]);
      }
    }
    for (const list of lists) {
      const [met, rival] = [one, other].map((routine) => parametersFor(routine, { verb, arguments: list }));
      if (met === undefined || rival === undefined) continue;
      yield { verb, places: list.map(({ name }, at) => ({ one: met[at] as Argument, other: rival[at] as Argument, name })) };
    }
  }
}

function verbOf({ kind }: Routine): Call["verb"] {
  return kind === "procedure" ? "call" : "select";
}

/** The names that one of two lists can't do without, and those that are in both. */
function namesOf(a: readonly Argument[], b: readonly Argument[]): [needed: readonly string[], shared: readonly string[]] {
  const needed = [...a, ...b].filter((argument) => argument.default === undefined).flatMap(({ name }) => name ?? []);
  const shared = a.flatMap(({ name }) => (name !== undefined && b.some((argument) => argument.name === name) ? [name] : []));
  return [[...new Set(needed)], shared];
}

/** The types to try, undefined for none: each list has one for each place. */
function* typesFor({ places }: Shape, search: Search, casts: Casts): Generator<Types> {
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

/** Each way to take one of each; the first place changes slowest. */
function* combinations<T>([first, ...rest]: readonly (readonly T[])[]): Generator<readonly T[]> {
  if (first === undefined) yield [];
  else for (const choice of first) for (const others of combinations(rest)) yield [choice, ...others];
}

/** A type of which a value can be given for a parameter of a polymorphic type (PostgreSQL documentation, 36.2.5). */
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
