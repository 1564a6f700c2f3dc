// Reserved words, and words that are allowed only as names of functions or types (PostgreSQL documentation, appendix C).
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char character
  check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema
  current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch
  float for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval
  into is isnull join lateral leading least left like limit localtime localtimestamp national natural nchar none normalize not notnull
  null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary real references returning
  right row select session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to
  trailing treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement
  xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
);

/** A name as Postgres writes it, with quotes only when they are necessary. */
export function quoted(name: string): string {
  return isPlain(name) && !RESERVED.has(name) ? name : inQuotes(name);
}

/** All spellings that a server can use for a name. The reserved words differ by major version; `json` is one since 17. */
export function spellings(name: string): readonly string[] {
  return isPlain(name) ? [name, inQuotes(name)] : [inQuotes(name)];
}

function isPlain(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/.test(name);
}

function inQuotes(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `app.orders.total` from its parts. */
export function path(...names: readonly string[]): string {
  return names.map(quoted).join(".");
}
