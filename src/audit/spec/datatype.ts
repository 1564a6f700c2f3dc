// Names that the grammar of Postgres knows for built-in types, beside those that format_type() writes
// (PostgreSQL documentation, table 8.1).
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

/** Words that make columns, but are no types. */
const SERIAL: ReadonlyMap<string, string> = new Map([
  ["smallserial", "smallint"],
  ["serial", "integer"],
  ["serial4", "integer"],
  ["bigserial", "bigint"],
  ["serial8", "bigint"],
]);

/** The integer type behind `serial` and its kin; undefined for a real type. */
export function serialType(type: string): string | undefined {
  return SERIAL.get(type.trim().toLowerCase());
}

/** A type in the spelling of `format_type`: `VARCHAR(20)[]` becomes `character varying(20)[]`. Quoted names stay as they are. */
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
  // The grammar's numeric(10) and the server's numeric(10,0) are one type.
  if (base === "numeric" && /^\(\d+\)$/.test(modifier)) return `numeric${modifier.replace(")", ",0)")}`;
  return `${base}${modifier}`;
}

/** Whether a type of the spec is the one that the server names. Names without a schema are looked up in `schema` and `public`. */
export function sameType(wanted: string, actual: string, schema: string): boolean {
  return isNamed(canonicalType(wanted), actual, schema);
}

function isNamed(canonical: string, actual: string, schema: string): boolean {
  return [canonical, `${schema}.${canonical}`, `public.${canonical}`].includes(actual);
}

/** `sameType` for arguments and results of functions, which carry no length or precision. */
export function sameArgumentType(wanted: string, actual: string, schema: string): boolean {
  return isNamed(withoutModifier(canonicalType(wanted)), withoutModifier(actual), schema);
}

function withoutModifier(type: string): string {
  return type.replace(/\([^)"]*\)/, "");
}
