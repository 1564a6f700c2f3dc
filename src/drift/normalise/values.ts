import type { Catalog } from "../../catalog/catalog.ts";

/** Casts an array of `character varying` constants as a whole, as `in ('a', 'b')` on such a column is stored. */
const CAST_AS_ARRAY = /\(ARRAY\[((?:'(?:[^']|'')*'::character varying(?:, )?)+)\]\)::text\[\]/g;

const CONSTANT = /('(?:[^']|'')*'::character varying)/g;

/**
 * Writes lists of `character varying` constants as a restored dump has them: Postgres reads its own
 * `(ARRAY['a'::character varying])::text[]` back as `ARRAY[('a'::character varying)::text]`.
 */
export function withRestoredLists(catalog: Catalog): Catalog {
  return rewrite(catalog) as Catalog;
}

/** The same value, with each text in it rewritten. */
function rewrite(value: unknown): unknown {
  if (typeof value === "string") return value.includes("::character varying])") ? castEach(value) : value;
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rewrite(inner)]));
}

function castEach(text: string): string {
  return text.replaceAll(CAST_AS_ARRAY, (_, constants: string) => `ARRAY[${constants.replaceAll(CONSTANT, "($1)::text")}]`);
}
