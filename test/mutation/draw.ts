import type { Catalog } from "../../src/catalog/catalog.ts";
import { randomFrom } from "../chaos/random.ts";
import { kindsFor } from "./kinds.ts";
import type { Draw, Mutation } from "./mutation.ts";

export interface Drawn {
  readonly name: string;
  /** The next statement of the same kind, should Postgres refuse the one before. */
  next(): Mutation;
}

/** Far from any regular step through the makers, and coprime to each number of them that is not its multiple. */
const STRIDE = 7919;

/** What a seed stands for in a schema: seeds in a row go through all makers. */
export function drawFrom(seed: number, catalog: Catalog): Drawn {
  const kinds = Object.entries(kindsFor(catalog.server.major));
  const [name, make] = kinds[(seed * STRIDE) % kinds.length] ?? [];
  if (name === undefined || make === undefined) throw new Error("there are no kinds");
  const random = randomFrom(seed);
  let names = 0;
  const draw: Draw = {
    catalog,
    random,
    one(list) {
      const [first, ...rest] = list;
      if (first === undefined) throw new Error(`the schema has nothing for "${name}"`);
      return random.pick([first, ...rest]);
    },
    fresh: () => `drifted_${seed}_${(names += 1)}`,
  };
  return { name, next: () => make(draw) };
}
