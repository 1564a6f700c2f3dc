import { OffshootError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { DEFAULT_NORMALISATIONS, NORMALISATIONS, type NormalisationName, type Normalisations } from "./normalisations.ts";

/** What to leave out of a comparison, and what to hold against the actual, by the names of the normalisations. */
export interface Switches {
  /** Not told apart, such as `comments`; `all` for every normalisation. */
  readonly ignore?: readonly string[] | undefined;
  /** Told apart, such as `columnOrder`; `all` for every normalisation. */
  readonly compare?: readonly string[] | undefined;
}

const NAMES = Object.keys(NORMALISATIONS) as readonly NormalisationName[];

/**
 * Which normalisations apply: the defaults, changed by one set of switches after the other, the strongest last. In each,
 * a name beats `all`. Throws `USAGE` for a name that isn't known, or that is in both lists.
 */
export function normalisationsOf(...sets: readonly Switches[]): Normalisations {
  return sets.reduce<Normalisations>((before, { ignore = [], compare = [] }) => {
    const both = ignore.find((name) => compare.includes(name));
    if (both !== undefined) throw new OffshootError("USAGE", `${both} is to be both ignored and compared.`, { remedy: "Name it once." });
    const all = ignore.includes("all") ? everything(true) : compare.includes("all") ? everything(false) : before;
    const named = [...entries(ignore, "ignore", true), ...entries(compare, "compare", false)];
    return { ...all, ...Object.fromEntries(named) };
  }, DEFAULT_NORMALISATIONS);
}

function entries(names: readonly string[], list: string, applies: boolean): readonly (readonly [NormalisationName, boolean])[] {
  return names.filter((name) => name !== "all").map((name) => [known(name, list), applies] as const);
}

function everything(applies: boolean): Normalisations {
  return Object.fromEntries(NAMES.map((name) => [name, applies])) as unknown as Normalisations;
}

function known(name: string, list: string): NormalisationName {
  const found = NAMES.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  const meant = nearest(name, ["all", ...NAMES]);
  throw new OffshootError("USAGE", `There is no ${name} to ${list} in a drift${meant === undefined ? "." : `; did you mean ${meant}?`}`, {
    remedy: `Known are ${NAMES.join(", ")} and all; docs/drift.md tells what each stands for.`,
  });
}
