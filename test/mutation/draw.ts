import type { Catalog } from "../../src/catalog/catalog.ts";
import { randomFrom } from "../support/random.ts";
import { kindsFor } from "./kinds.ts";
import type { Draw, Mutation } from "./mutation.ts";

export interface Drawn {
  readonly name: string;
  /** The next statement of the same kind, for when Postgres refuses the previous one. */
  next(): Mutation;
}

/** A prime number: with it, consecutive seeds select different kinds in no regular order. */
const STRIDE = 7919;

/** The mutation of a seed. Consecutive seeds go through all kinds. */
export function drawFrom(seed: number, catalog: Catalog): Drawn {
  const kinds = Object.entries(kindsFor(catalog.server.major));
  const [name, make] = kinds[(seed * STRIDE) % kinds.length] ?? [];
  if (name === undefined || make === undefined) throw new Error("no mutation kind is defined");
  const random = randomFrom(seed);
  let names = 0;
  const draw: Draw = {
    catalog,
    random,
    one(list) {
      const [first, ...rest] = list;
      if (first === undefined) throw new Error(`the schema has no object for "${name}"`);
      return random.pick([first, ...rest]);
    },
    newName: () => `drifted_${seed}_${(names += 1)}`,
  };
  return { name, next: () => make(draw) };
}
