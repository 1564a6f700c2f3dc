import { OffshootError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { DEFAULT_NORMALISATIONS, NORMALISATIONS, type NormalisationName, type Normalisations } from "./normalisations.ts";

/** Which normalisations to turn on (`ignore`) and off (`compare`), by name. */
export interface Switches {
  /** What the comparison ignores, such as `comments`; `all` for every normalisation. */
  readonly ignore?: readonly string[] | undefined;
  /** What the comparison includes, such as `columnOrder`; `all` for every normalisation. */
  readonly compare?: readonly string[] | undefined;
}

const NAMES = Object.keys(NORMALISATIONS) as readonly NormalisationName[];

/**
 * Which normalisations apply: the defaults, then each set of switches in turn, so that the last one wins. Within a set, a
 * name has precedence over `all`. Throws `USAGE` for an unknown name, and for a name in both lists.
 */
export function normalisationsOf(...sets: readonly Switches[]): Normalisations {
  return sets.reduce<Normalisations>((before, { ignore = [], compare = [] }) => {
    const both = ignore.find((name) => compare.includes(name));
    if (both !== undefined)
      throw new OffshootError("USAGE", `${both} cannot be both ignored and compared.`, {
        remedy: "Remove it from one of the lists.",
      });
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
  throw new OffshootError(
    "USAGE",
    `${name} is not a difference that drift can ${list}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`,
    {
      remedy: `Use one of: all, ${NAMES.join(", ")}. docs/drift.md of offshoot explains each of them.`,
    },
  );
}
