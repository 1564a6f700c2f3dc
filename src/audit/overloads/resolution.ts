import type { Casts } from "./casts.ts";
import type { Argument, Routine } from "../../catalog/routines.ts";

/** One argument of a call. Without a type, it is a literal in quotes, a null or a parameter, and Postgres has to guess its type. */
export interface GivenArgument {
  readonly type?: string | undefined;
  /** Set for an argument that is given by name. These arguments follow the positional ones. */
  readonly name?: string | undefined;
}

export interface Call {
  readonly verb: "select" | "call";
  readonly arguments: readonly GivenArgument[];
}

/** The parameters that a caller passes. Since PostgreSQL 14, `CALL` also passes OUT parameters. */
export function inputsOf(routine: Routine, verb: Call["verb"]): readonly Argument[] {
  return routine.arguments.filter(({ mode }) => mode !== "table" && (mode !== "out" || verb === "call"));
}

/** Functions that have the same parameter types for one call, and these parameters in the order of the arguments. */
export interface Candidate {
  readonly routines: readonly Routine[];
  readonly parameters: readonly Argument[];
  readonly variadic: boolean;
}

/**
 * Finds the functions and procedures of one name that Postgres can choose for a call. No result: no function matches. Several
 * results: Postgres reports "is not unique" (42725). Undefined: the choice depends on polymorphic types, whose rules are not
 * implemented here.
 *
 * The rules are "Function Type Resolution" of the PostgreSQL documentation (10.3), with the details of `FuncnameGetCandidates`
 * and `func_select_candidate` in the server's source. They are the same in PostgreSQL 14 to 18. A test compares the results of
 * thousands of calls with a server.
 */
export function resolve(group: readonly Routine[], call: Call, casts: Casts): readonly Routine[] | undefined {
  return decide(
    candidatesFor(group, call),
    call.arguments.map(({ type }) => type),
    casts,
  );
}

/** `resolve` for many calls that differ only in their types. */
export function decide(candidates: readonly Candidate[], types: Types, casts: Casts): readonly Routine[] | undefined {
  const exact = candidates.find(({ parameters }) => parameters.every(({ type }, at) => type === types[at]));
  if (exact !== undefined) return exact.routines;
  if (candidates.some(({ parameters }) => parameters.some(isPolymorphic))) {
    return candidates.length === 1 ? candidates[0]?.routines : undefined;
  }
  const fitting = candidates.filter((candidate) => fits(candidate, types, casts));
  return preferredOf(fitting, types, casts).flatMap(({ routines }) => routines);
}

/**
 * The functions that match the names and the number of the arguments. Postgres compares only the types of the given arguments,
 * in their order. Functions with the same types are the same to it, even if one uses defaults for its other parameters. The only
 * exception: it prefers an ordinary function to a variadic one.
 */
export function candidatesFor(group: readonly Routine[], call: Call): readonly Candidate[] {
  const byTypes = new Map<string, Candidate>();
  for (const routine of group) {
    const parameters = parametersFor(routine, call);
    if (parameters === undefined) continue;
    const variadic = isVariadic(routine) && call.arguments.length >= inputsOf(routine, call.verb).length;
    const key = parameters.map(({ type }) => type).join();
    const same = byTypes.get(key);
    if (same === undefined || (same.variadic && !variadic)) byTypes.set(key, { routines: [routine], parameters, variadic });
    else if (same.variadic === variadic) byTypes.set(key, { ...same, routines: [...same.routines, routine] });
  }
  return [...byTypes.values()];
}

/** The parameter for each argument. Undefined when the routine does not match the call. */
export function parametersFor(routine: Routine, { verb, arguments: given }: Call): readonly Argument[] | undefined {
  const inputs = inputsOf(routine, verb);
  const names = given.flatMap(({ name }) => name ?? []);
  const positional = given.length - names.length;
  // The elements of a variadic parameter have no names.
  if (names.length > 0 && isVariadic(routine)) return undefined;
  if (isVariadic(routine) && given.length >= inputs.length) return withElements(inputs, given.length);
  if (given.length > inputs.length) return undefined;
  const rest = inputs.slice(positional);
  const named = names.map((name) => rest.find((parameter) => parameter.name === name));
  if (rest.some((parameter) => parameter.default === undefined && !named.includes(parameter))) return undefined;
  const parameters = [...inputs.slice(0, positional), ...named];
  return parameters.every((parameter) => parameter !== undefined) ? parameters : undefined;
}

function isVariadic(routine: Routine): boolean {
  return routine.arguments.some(({ mode }) => mode === "variadic");
}

/** Replaces the variadic parameter, which has an array type, by parameters for its elements. */
function withElements(inputs: readonly Argument[], count: number): readonly Argument[] {
  const at = inputs.findIndex(({ mode }) => mode === "variadic");
  return Array.from({ length: count }, (_, index) => {
    const parameter = inputs[Math.min(index, at)] as Argument;
    return index < at ? parameter : { ...parameter, type: parameter.type.replace(/\[\]$/, "") };
  });
}

export function isPolymorphic({ category }: Argument): boolean {
  return category === "P";
}

/** The types of the arguments of a call. Undefined: the argument has no type. */
export type Types = readonly (string | undefined)[];

function fits({ parameters }: Candidate, types: Types, casts: Casts): boolean {
  return parameters.every(({ type }, at) => types[at] === undefined || casts.isImplicit(types[at], type));
}

/** Step 4 of the rules: applies each preference until at most one candidate remains. */
function preferredOf(candidates: readonly Candidate[], given: Types, casts: Casts): readonly Candidate[] {
  const types = given.map((type) => (type === undefined ? undefined : casts.baseOf(type)));
  const exact = withHighestScore(candidates, ({ type }, at) => type === types[at]);
  const preferred = withHighestScore(exact, (parameter, at) => parameter.type === types[at] || isPreferredFor(parameter, types[at], casts));
  if (preferred.length < 2 || !types.includes(undefined)) return preferred;
  const guessed = byCategory(preferred, types);
  if (guessed.length < 2) return guessed;
  // The last step: if all typed arguments have the same type, the others get this type.
  const [known, ...more] = new Set(types.filter((type) => type !== undefined));
  if (known === undefined || more.length > 0) return guessed;
  const alike = guessed.filter((candidate) =>
    fits(
      candidate,
      types.map(() => known),
      casts,
    ),
  );
  return alike.length === 1 ? alike : guessed;
}

/** The candidates with the most parameters that pass. */
function withHighestScore(candidates: readonly Candidate[], passes: (parameter: Argument, at: number) => boolean): readonly Candidate[] {
  const scores = candidates.map(({ parameters }) => parameters.filter(passes).length);
  const top = Math.max(...scores);
  return candidates.filter((_, at) => scores[at] === top);
}

function isPreferredFor(parameter: Argument, type: string | undefined, casts: Casts): boolean {
  return type !== undefined && parameter.preferred === true && parameter.category === casts.categoryOf(type);
}

/**
 * Decides by the categories of the parameters for arguments without a type. The string category has priority; other categories
 * must be the same in all candidates. Then the preferred type of the category has priority. If no candidate remains, all are kept.
 */
function byCategory(candidates: readonly Candidate[], types: Types): readonly Candidate[] {
  const wanted = types.flatMap((type, at) => {
    if (type !== undefined) return [];
    const here = candidates.flatMap(({ parameters }) => parameters[at] ?? []);
    const category = here.find((parameter) => parameter.category === STRING)?.category ?? here[0]?.category;
    const agreed = category === STRING || here.every((parameter) => parameter.category === category);
    const preferred = here.some((parameter) => parameter.category === category && parameter.preferred === true);
    return [{ at, category: agreed ? category : undefined, preferred }];
  });
  if (wanted.some(({ category }) => category === undefined)) return candidates;
  const kept = candidates.filter(({ parameters }) =>
    wanted.every(
      ({ at, category, preferred }) => parameters[at]?.category === category && (!preferred || parameters[at]?.preferred === true),
    ),
  );
  return kept.length === 0 ? candidates : kept;
}

/** `typcategory` of text and similar types. */
const STRING = "S";
