import type { Catalog } from "./catalog/catalog.ts";

/** The conversions that Postgres makes unasked between built-in types (`pg_cast`, context `i`; a test reads them there). */
export const IMPLICIT_CASTS: Readonly<Record<string, readonly string[]>> = {
  smallint: ["integer", "bigint", "numeric", "real", "double precision", "oid"],
  integer: ["bigint", "numeric", "real", "double precision", "oid"],
  bigint: ["numeric", "real", "double precision", "oid"],
  numeric: ["real", "double precision"],
  real: ["double precision"],
  text: ["character", "character varying", "name"],
  character: ["text", "character varying", "name"],
  "character varying": ["text", "character", "name"],
  name: ["text"],
  date: ["timestamp without time zone", "timestamp with time zone"],
  "timestamp without time zone": ["timestamp with time zone"],
  "time without time zone": ["time with time zone", "interval"],
  cidr: ["inet"],
  bit: ["bit varying"],
  "bit varying": ["bit"],
  macaddr: ["macaddr8"],
  macaddr8: ["macaddr"],
};

/** What a database converts unasked. */
export interface Casts {
  /** Whether a value of one type is taken where the other is wanted. */
  isImplicit(from: string, to: string): boolean;
  /** Types that are taken for both. */
  sourcesOf(one: string, other: string): readonly string[];
  /** The type behind a domain; any other type is its own. */
  baseOf(type: string): string;
}

/** The casts of a database: those between built-in types, its own, and domains. */
export function castsOf({ casts, domains }: Pick<Catalog, "casts" | "domains">): Casts {
  const targets = new Map(Object.entries(IMPLICIT_CASTS).map(([from, to]) => [from, new Set(to)]));
  for (const { name, context } of casts) {
    const [from = "", to = ""] = name.split(" as ");
    if (context === "implicit") targets.set(from, new Set([...(targets.get(from) ?? []), to]));
  }
  const bases = new Map(domains.map(({ id, type }) => [id, type]));
  const baseOf = (type: string): string => bases.get(type) ?? type;
  const isImplicit = (from: string, to: string): boolean => from === baseOf(to) || targets.get(from)?.has(baseOf(to)) === true;
  return {
    baseOf,
    isImplicit,
    sourcesOf: (one, other) => [...targets.keys()].filter((from) => isImplicit(from, one) && isImplicit(from, other)),
  };
}
