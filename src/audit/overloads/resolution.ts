import type { Casts } from "./casts.ts";
import type { Argument, Routine } from "../../catalog/routines.ts";

/** One argument of a call. Without a type it is a literal in quotes, a null or a parameter, whose type Postgres has to guess. */
export interface GivenArgument {
  readonly type?: string | undefined;
  /** Set where it is given by name; such arguments follow those by position. */
  readonly name?: string | undefined;
}

export interface Call {
  readonly verb: "select" | "call";
  readonly arguments: readonly GivenArgument[];
}

/** What a caller passes. `CALL` wants OUT parameters too since PostgreSQL 14. */
export function inputsOf(routine: Routine, verb: Call["verb"]): readonly Argument[] {
  return routine.arguments.filter(({ mode }) => mode !== "table" && (mode !== "out" || verb === "call"));
}

/** Functions that take the same types in one call, and the parameters that the arguments meet, in the call's order. */
export interface Candidate {
  readonly routines: readonly Routine[];
  readonly parameters: readonly Argument[];
  readonly variadic: boolean;
}

/**
 * Which of the functions and procedures of one name a call means: none where it fits none, one where it is
 * decided, several where Postgres answers "is not unique" (42725). Undefined where parameters of a polymorphic
 * type have a say, whose rules are not followed here. It is "Function Type Resolution" of the PostgreSQL
 * documentation (10.3) with the details of `FuncnameGetCandidates` and `func_select_candidate` in the server's
 * source, which are the same from 14 to 18; a test asks the server about thousands of calls.
 */
export function resolve(group: readonly Routine[], call: Call, casts: Casts): readonly Routine[] | undefined {
  return decide(
    candidatesFor(group, call),
    call.arguments.map(({ type }) => type),
    casts,
  );
}

/** `resolve` for one of many calls that differ in their types alone. */
export function decide(candidates: readonly Candidate[], types: Types, casts: Casts): readonly Routine[] | undefined {
  const exact = candidates.find(({ parameters }) => parameters.every(({ type }, at) => type === types[at]));
  if (exact !== undefined) return exact.routines;
  if (candidates.some(({ parameters }) => parameters.some(isPolymorphic))) {
    return candidates.length === 1 ? candidates[0]?.routines : undefined;
  }
  const fitting = candidates.filter((candidate) => fits(candidate, types, casts));
  return select(fitting, types, casts).flatMap(({ routines }) => routines);
}

/**
 * What a call's argument names and count leave. Postgres compares the types of what is given, in the order in
 * which it is given, and can't tell apart what has equal lists, also where one needs a default for the rest and
 * the other does not. Only between a variadic function and an ordinary one it prefers the ordinary one.
 */
export function candidatesFor(group: readonly Routine[], call: Call): readonly Candidate[] {
  const byTypes = new Map<string, Candidate>();
  for (const routine of group) {
    const parameters = parametersFor(routine, call);
    if (parameters === undefined) continue;
    const variadic = isVariadic(routine) && call.arguments.length >= inputsOf(routine, call.verb).length;
    const key = parameters.map(({ type }) => type).join();
    const twin = byTypes.get(key);
    if (twin === undefined || (twin.variadic && !variadic)) byTypes.set(key, { routines: [routine], parameters, variadic });
    else if (twin.variadic === variadic) byTypes.set(key, { ...twin, routines: [...twin.routines, routine] });
  }
  return [...byTypes.values()];
}

/** The parameters that the arguments meet; undefined where the call can't mean this routine. */
export function parametersFor(routine: Routine, { verb, arguments: given }: Call): readonly Argument[] | undefined {
  const inputs = inputsOf(routine, verb);
  const names = given.flatMap(({ name }) => name ?? []);
  const positional = given.length - names.length;
  // The elements of a variadic parameter have no names.
  if (names.length > 0 && isVariadic(routine)) return undefined;
  if (isVariadic(routine) && given.length >= inputs.length) return spread(inputs, given.length);
  if (given.length > inputs.length) return undefined;
  const rest = inputs.slice(positional);
  const named = names.map((name) => rest.find((parameter) => parameter.name === name));
  if (rest.some((parameter) => parameter.default === undefined && !named.includes(parameter))) return undefined;
  const met = [...inputs.slice(0, positional), ...named];
  return met.every((parameter) => parameter !== undefined) ? met : undefined;
}

function isVariadic(routine: Routine): boolean {
  return routine.arguments.some(({ mode }) => mode === "variadic");
}

/** The variadic parameter of an array type stands for any number of its elements. */
function spread(inputs: readonly Argument[], count: number): readonly Argument[] {
  const at = inputs.findIndex(({ mode }) => mode === "variadic");
  return Array.from({ length: count }, (_, index) => {
    const parameter = inputs[Math.min(index, at)] as Argument;
    return index < at ? parameter : { ...parameter, type: parameter.type.replace(/\[\]$/, "") };
  });
}

export function isPolymorphic({ category }: Argument): boolean {
  return category === "P";
}

/** Of the arguments of a call; undefined where one has none. */
export type Types = readonly (string | undefined)[];

function fits({ parameters }: Candidate, types: Types, casts: Casts): boolean {
  return parameters.every(({ type }, at) => types[at] === undefined || casts.isImplicit(types[at], type));
}

/** Step 4 of the rules: what is left after each kind of preference; one or none: the call is decided. */
function select(candidates: readonly Candidate[], given: Types, casts: Casts): readonly Candidate[] {
  const types = given.map((type) => (type === undefined ? undefined : casts.baseOf(type)));
  const exact = best(candidates, ({ type }, at) => type === types[at]);
  const preferred = best(exact, (parameter, at) => parameter.type === types[at] || isPreferredFor(parameter, types[at], casts));
  if (preferred.length < 2 || !types.includes(undefined)) return preferred;
  const guessed = guess(preferred, types);
  if (guessed.length < 2) return guessed;
  // The last resort: arguments without a type have that of the others, if those agree.
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

/** Those whose parameters pass in most places; all where none passes. */
function best(candidates: readonly Candidate[], passes: (parameter: Argument, at: number) => boolean): readonly Candidate[] {
  const scores = candidates.map(({ parameters }) => parameters.filter(passes).length);
  const top = Math.max(...scores);
  return candidates.filter((_, at) => scores[at] === top);
}

function isPreferredFor(parameter: Argument, type: string | undefined, casts: Casts): boolean {
  return type !== undefined && parameter.preferred === true && parameter.category === casts.categoryOf(type);
}

/**
 * Decides by the categories of the parameters that meet arguments without a type: strings win, else all must
 * agree; then the preferred type of the category. Where that leaves none, all stay.
 */
function guess(candidates: readonly Candidate[], types: Types): readonly Candidate[] {
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

/** `typcategory` of text and its kin. */
const STRING = "S";
