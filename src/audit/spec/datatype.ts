// Other names of built-in types that Postgres accepts; format_type() writes the second one (PostgreSQL documentation, table 8.1).
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["int", "integer"],
  ["int4", "integer"],
  ["int8", "bigint"],
  ["int2", "smallint"],
  ["bool", "boolean"],
  ["float4", "real"],
  ["float8", "double precision"],
  ["float", "double precision"],
  ["dec", "numeric"],
  ["decimal", "numeric"],
  ["varchar", "character varying"],
  ["char varying", "character varying"],
  ["char", "character"],
  ["varbit", "bit varying"],
]);

/** Words that Postgres accepts as the type of a new column, and the type that the column then has. */
const SERIAL: ReadonlyMap<string, string> = new Map([
  ["smallserial", "smallint"],
  ["serial", "integer"],
  ["serial4", "integer"],
  ["bigserial", "bigint"],
  ["serial8", "bigint"],
]);

/** The integer type of a `serial` column; undefined for another type. */
export function serialType(type: string): string | undefined {
  return SERIAL.get(type.trim().toLowerCase());
}

/** A type as `format_type` writes it: `VARCHAR(20)[]` becomes `character varying(20)[]`. Quoted names do not change. */
export function canonicalType(text: string): string {
  const folded = text
    .trim()
    .split(/("(?:[^"]|"")*")/)
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part
            .toLowerCase()
            .replaceAll(/\s+/g, " ")
            .replaceAll(/\s*([(),[\]])\s*/g, "$1"),
    )
    .join("")
    .replace(/^pg_catalog\./, "");
  const [, element = folded, array] = /^(.*?)((?:\[\d*\])+| array(?:\[\d*\])?)$/.exec(folded) ?? [];
  return `${canonicalElement(element)}${array === undefined ? "" : "[]"}`;
}

function canonicalElement(text: string): string {
  const [, name = text, modifier = "", zone = ""] = /^(.*?)(\([^)]*\))? ?(with(?:out)? time zone)?$/.exec(text) ?? [];
  const time = /^(timestamp|time)(tz)?$/.exec(name);
  if (time !== null) return `${time[1]}${modifier} ${time[2] === "tz" ? "with time zone" : zone || "without time zone"}`;
  const base = ALIASES.get(name) ?? name;
  if (name === "float" && modifier !== "") return Number(modifier.slice(1, -1)) <= 24 ? "real" : base;
  if ((base === "character" || base === "bit") && modifier === "") return `${base}(1)`;
  // The server writes numeric(10) as numeric(10,0).
  if (base === "numeric" && /^\(\d+\)$/.test(modifier)) return `numeric${modifier.replace(")", ",0)")}`;
  return `${base}${modifier}`;
}

/** Whether a type of the spec is the same as a type of the server. A name without a schema can be in `schema` or `public`. */
export function sameType(expected: string, actual: string, schema: string): boolean {
  return isNamed(canonicalType(expected), actual, schema);
}

function isNamed(canonical: string, actual: string, schema: string): boolean {
  return [canonical, `${schema}.${canonical}`, `public.${canonical}`].includes(actual);
}

/** `sameType` for arguments and results of functions, which have no length or precision. */
export function sameArgumentType(expected: string, actual: string, schema: string): boolean {
  return isNamed(withoutModifier(canonicalType(expected)), withoutModifier(actual), schema);
}

function withoutModifier(type: string): string {
  return type.replace(/\([^)"]*\)/, "");
}
