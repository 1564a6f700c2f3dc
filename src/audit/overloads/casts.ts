import type { Catalog } from "../../catalog/catalog.ts";

const NUMBERS_ABOVE = ["numeric", "real", "double precision"];
const OBJECTS = ["class", "collation", "config", "dictionary", "namespace", "oper", "operator", "proc", "procedure", "role", "type"].map(
  (kind) => `reg${kind}`,
);

/**
 * The conversions that Postgres makes unasked between built-in types (`pg_cast`, context `i`: the same from 14 to
 * 18; a test reads them there). Types that only Postgres's own functions take are left out.
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

/** `pg_type.typcategory` of those of the types above in whose category some type is preferred; `"char"` left it with PostgreSQL 15. */
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

/** What a database converts unasked. */
export interface Casts {
  /** Whether a value of one type is taken where the other is wanted. */
  isImplicit(from: string, to: string): boolean;
  /** Types that are taken for both, themselves among them. */
  sourcesOf(one: string, other: string): readonly string[];
  /** The type behind a domain, without its length; any other type is its own. */
  baseOf(type: string): string;
  /** Of the type behind a domain; undefined where no type of the category is preferred. */
  categoryOf(type: string): string | undefined;
}

/** The casts of a database: those between built-in types, its own, and domains. */
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

/** `numeric(10,2)` and `timestamp(3) with time zone` without what stands in parentheses. */
function withoutLength(type: string): string {
  return type.replace(/\(\d+(?:,-?\d+)?\)/, "");
}
