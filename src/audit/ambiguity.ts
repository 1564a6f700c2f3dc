import type { Argument, Routine } from "./catalog/routines.ts";

/** A call that Postgres can't decide. */
export interface AmbiguousCall {
  readonly notation: "positional" | "named" | "cast" | "untyped";
  /** How many of the first parameters it gives by position. */
  readonly positional: readonly string[];
  /** Those that it gives by name. */
  readonly named: readonly { readonly name: string; readonly type: string }[];
}

/** What a caller passes. Procedures want their OUT parameters too since PostgreSQL 14. */
export function inputsOf(routine: Routine): readonly Argument[] {
  return routine.arguments.filter(({ mode }) => mode !== "table" && (mode !== "out" || routine.kind === "procedure"));
}

/**
 * A call with fully typed arguments that two overloads of one name match equally well, or undefined where
 * there is none. Postgres drops what a call leaves to defaults and compares the types of what is given, in
 * the order in which it is given: equal lists mean "is not unique", also where one overload needs no default
 * and the other does (`FuncnameGetCandidates` in the server's namespace.c).
 */
export function typedAmbiguity(one: Routine, other: Routine): AmbiguousCall | undefined {
  const [a, b] = [inputsOf(one), inputsOf(other)];
  if (isVariadic(a) || isVariadic(b)) return isVariadic(a) && isVariadic(b) ? variadicAmbiguity(a, b) : undefined;
  let named: AmbiguousCall | undefined;
  for (let taken = 0; taken <= Math.min(a.length, b.length); taken++) {
    if (taken > 0 && a[taken - 1]?.type !== b[taken - 1]?.type) break;
    const rest = requiredByName(a.slice(taken), b.slice(taken));
    if (rest === undefined) continue;
    const call = { positional: a.slice(0, taken).map(({ type }) => type), named: rest };
    if (rest.length === 0) return { notation: "positional", ...call };
    named ??= { notation: "named", ...call };
  }
  return named;
}

/** The parameters that both overloads need beyond the positional ones, if both have them under one name and type. */
function requiredByName(a: readonly Argument[], b: readonly Argument[]): { name: string; type: string }[] | undefined {
  const required = new Map([...a, ...b].filter((argument) => argument.default === undefined).map((argument) => [argument.name, argument]));
  const shared = [...required].map(([name, { type }]) => {
    const inBoth = name !== undefined && [a, b].every((list) => list.some((argument) => argument.name === name && argument.type === type));
    return inBoth ? { name, type } : undefined;
  });
  return shared.some((argument) => argument === undefined) ? undefined : shared.filter((argument) => argument !== undefined);
}

function isVariadic(list: readonly Argument[]): boolean {
  return list.at(-1)?.mode === "variadic";
}

/** Between a variadic and an ordinary function Postgres prefers the ordinary one; between two it can't. */
function variadicAmbiguity(a: readonly Argument[], b: readonly Argument[]): AmbiguousCall | undefined {
  const most = Math.max(a.length, b.length);
  for (let count = 1; count <= most + 1; count++) {
    const [one, other] = [spread(a, count), spread(b, count)];
    if (one !== undefined && other !== undefined && one.every((argument, at) => argument.type === other[at]?.type)) {
      return { notation: "positional", positional: one.map(({ type }) => type), named: [] };
    }
  }
  return undefined;
}

/** The parameters that a call with `count` positional arguments meets; undefined where it can't. */
export function spread(list: readonly Argument[], count: number): readonly Argument[] | undefined {
  const last = list.at(-1);
  if (last?.mode === "variadic") {
    if (count < list.length) return undefined;
    const element = { ...last, type: last.type.replace(/\[\]$/, "") };
    return [...list.slice(0, -1), ...Array.from({ length: count - list.length + 1 }, () => element)];
  }
  const required = list.filter((argument) => argument.default === undefined).length;
  return count >= required && count <= list.length ? list.slice(0, count) : undefined;
}

/**
 * The overloads that stay equally good for `count` positional arguments without types (literals, or the
 * parameters of most drivers): the rules for unknown inputs of "Function Type Resolution" (PostgreSQL
 * documentation, 10.3, step 4), over all overloads of a name at once. One or none: the call is decided.
 */
export function untypedRivals(routines: readonly Routine[], count: number): readonly Routine[] {
  const candidates = routines.flatMap((routine) => {
    const parameters = spread(inputsOf(routine), count);
    return parameters === undefined ? [] : [{ routine, parameters }];
  });
  const wanted = Array.from({ length: count }, (_, at) => {
    const here = candidates.flatMap(({ parameters }) => parameters[at] ?? []);
    const categories = new Set(here.map(({ category }) => category));
    const category = categories.has(STRING) ? STRING : categories.size === 1 ? here[0]?.category : undefined;
    return { category, preferred: here.some((argument) => argument.category === category && argument.preferred === true) };
  });
  const all = candidates.map(({ routine }) => routine);
  if (wanted.some(({ category }) => category === undefined)) return all;
  const kept = candidates.filter(({ parameters }) =>
    parameters.every(
      (argument, at) => argument.category === wanted[at]?.category && (!(wanted[at]?.preferred ?? false) || argument.preferred === true),
    ),
  );
  return kept.length === 0 ? all : kept.map(({ routine }) => routine);
}

/** `typcategory` of text and its kin. */
const STRING = "S";
