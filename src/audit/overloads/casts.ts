import type { Catalog } from "../../catalog/catalog.ts";

const NUMBERS_ABOVE = ["numeric", "real", "double precision"];
const OBJECTS = ["class", "collation", "config", "dictionary", "namespace", "oper", "operator", "proc", "procedure", "role", "type"].map(
  (kind) => `reg${kind}`,
);

/**
 * The implicit casts between built-in types (`pg_cast`, context `i`). They are the same in PostgreSQL 14 to 18, and a test
 * compares them with `pg_cast`. Types that only internal functions of Postgres use are left out.
 */
export const IMPLICIT_CASTS: Readonly<Record<string, readonly string[]>> = {
  smallint: ["integer", "bigint", ...NUMBERS_ABOVE, "oid", ...OBJECTS],
  integer: ["bigint", ...NUMBERS_ABOVE, "oid", ...OBJECTS],
  bigint: [...NUMBERS_ABOVE, "oid", ...OBJECTS],
  numeric: ["real", "double precision"],
  real: ["double precision"],
  oid: OBJECTS,
  ...Object.fromEntries(OBJECTS.map((type) => [type, ["oid"]])),
  regproc: ["oid", "regprocedure"],
  regprocedure: ["oid", "regproc"],
  regoper: ["oid", "regoperator"],
  regoperator: ["oid", "regoper"],
  text: ["character", "character varying", "name", "regclass"],
  character: ["text", "character varying", "name"],
  "character varying": ["text", "character", "name", "regclass"],
  name: ["text"],
  '"char"': ["text"],
  date: ["timestamp without time zone", "timestamp with time zone"],
  "timestamp without time zone": ["timestamp with time zone"],
  "time without time zone": ["time with time zone", "interval"],
  cidr: ["inet"],
  bit: ["bit varying"],
  "bit varying": ["bit"],
  macaddr: ["macaddr8"],
  macaddr8: ["macaddr"],
};

/** `pg_type.typcategory` of the types above, for categories with a preferred type. Since PostgreSQL 15, `"char"` is not in one. */
export const CATEGORIES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["smallint", "integer", "bigint", ...NUMBERS_ABOVE, "oid", ...OBJECTS].map((type) => [type, "N"])),
  ...Object.fromEntries(["text", "character", "character varying", "name"].map((type) => [type, "S"])),
  ...Object.fromEntries(["date", "timestamp without time zone", "timestamp with time zone"].map((type) => [type, "D"])),
  ...Object.fromEntries(["time without time zone", "time with time zone"].map((type) => [type, "D"])),
  interval: "T",
  cidr: "I",
  inet: "I",
  bit: "V",
  "bit varying": "V",
};

/** The implicit casts of a database. */
export interface Casts {
  /** Whether Postgres converts a value of `from` to `to` implicitly. */
  isImplicit(from: string, to: string): boolean;
  /** The types that Postgres converts to both types implicitly, including the types themselves. */
  sourcesOf(one: string, other: string): readonly string[];
  /** The base type of a domain, without its length. For another type, the type itself. */
  baseOf(type: string): string;
  /** The category of the base type. Undefined when the category has no preferred type. */
  categoryOf(type: string): string | undefined;
}

/** The casts between built-in types, the casts that the database defines, and the domains. */
export function castsOf({ casts, domains }: Pick<Catalog, "casts" | "domains">): Casts {
  const targets = new Map(Object.entries(IMPLICIT_CASTS).map(([from, to]) => [from, new Set(to)]));
  for (const { name, context } of casts) {
    const [from = "", to = ""] = name.split(" as ");
    if (context === "implicit") targets.set(from, new Set([...(targets.get(from) ?? []), to]));
  }
  const bases = new Map(domains.map(({ id, type }) => [id, withoutLength(type)]));
  const baseOf = (type: string): string => {
    const base = bases.get(type);
    return base === undefined ? type : baseOf(base);
  };
  const isImplicit = (from: string, to: string): boolean => {
    const [source, target] = [baseOf(from), baseOf(to)];
    if (source === target || targets.get(source)?.has(target) === true) return true;
    return source.endsWith("[]") && target.endsWith("[]") && isImplicit(source.slice(0, -2), target.slice(0, -2));
  };
  const sources = new Map<string, readonly string[]>();
  return {
    baseOf,
    isImplicit,
    sourcesOf(one, other) {
      const key = `${one}, ${other}`;
      const known = sources.get(key);
      if (known !== undefined) return known;
      const elements = one.endsWith("[]") && other.endsWith("[]") ? [...targets.keys()].map((type) => `${type}[]`) : [];
      const tried = new Set([baseOf(one), baseOf(other), ...targets.keys(), ...elements]);
      const found = [...tried].filter((from) => isImplicit(from, one) && isImplicit(from, other));
      sources.set(key, found);
      return found;
    },
    categoryOf: (type) => CATEGORIES[baseOf(type)],
  };
}

/** Removes the parentheses in types such as `numeric(10,2)` and `timestamp(3) with time zone`. */
function withoutLength(type: string): string {
  return type.replace(/\(\d+(?:,-?\d+)?\)/, "");
}
