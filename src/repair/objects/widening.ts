const WIDTHS: readonly (readonly string[])[] = [
  ["smallint", "integer", "bigint", "numeric"],
  ["real", "double precision"],
  ["date", "timestamp without time zone"],
];

const TEXTS: readonly string[] = ["character varying", "character", "uuid", "name", "public.citext"];

/** Whether every value of one type fits into the other. The types are written as by `format_type`. */
export function widens(from: string, to: string): boolean {
  if (from === to) return true;
  const [narrow, wide] = [parsed(from), parsed(to)];
  if (WIDTHS.some((row) => row.includes(narrow.name) && row.indexOf(narrow.name) < row.indexOf(wide.name) && wide.sizes.length === 0))
    return true;
  if (wide.name === "text") return TEXTS.includes(narrow.name);
  if (narrow.name !== wide.name)
    return narrow.name === "character" && wide.name === "character varying" && !isCut(narrow.sizes, wide.sizes);
  // A cast pads the value with zeros, which changes it.
  if (narrow.name === "bit") return false;
  if (narrow.name === "numeric") return wide.sizes.length === 0 || isNumericWider(narrow.sizes, wide.sizes);
  return !isCut(narrow.sizes, wide.sizes);
}

function parsed(type: string): { readonly name: string; readonly sizes: readonly number[] } {
  const [, head = type, sizes, tail = ""] = /^([^(]+)\(([\d,]+)\)(.*)$/.exec(type) ?? [];
  return { name: head + tail, sizes: sizes === undefined ? [] : sizes.split(",").map(Number) };
}

function isCut(narrow: readonly number[], wide: readonly number[]): boolean {
  return wide.length > 0 && (narrow.length === 0 || wide.some((size, at) => size < (narrow[at] ?? 0)));
}

function isNumericWider(narrow: readonly number[], wide: readonly number[]): boolean {
  const [digits = 0, scale = 0] = narrow;
  const [wideDigits = 0, wideScale = 0] = wide;
  return narrow.length > 0 && wideScale >= scale && wideDigits - wideScale >= digits - scale;
}
