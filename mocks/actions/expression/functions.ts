import { equal, isContext, open, text, type Value, valuesOf } from "./value.ts";

/** The functions besides the status functions, with their minimum and maximum number of arguments. */
export const FUNCTIONS: Readonly<Record<string, readonly [number, number]>> = {
  contains: [2, 2],
  startswith: [2, 2],
  endswith: [2, 2],
  format: [2, 255],
  join: [1, 2],
  tojson: [1, 1],
  fromjson: [1, 1],
};

export function callFunction(name: string, args: readonly Value[]): Value {
  const [first = null, second = null] = args;
  if (name === "contains" && Array.isArray(first)) return valuesOf(first).some((one) => equal(one, second));
  if (name === "contains") return arePlain(first, second) && lower(first).includes(lower(second));
  if (name === "startswith") return arePlain(first, second) && lower(first).startsWith(lower(second));
  if (name === "endswith") return arePlain(first, second) && lower(first).endsWith(lower(second));
  if (name === "format") return format(text(first), args.slice(1));
  if (name === "join") return join(first, args.length > 1 && arePlain(second) ? text(second) : ",");
  if (name === "tojson") return JSON.stringify(first, undefined, 2);
  const parsed: unknown = JSON.parse(text(first));
  return isContext(parsed as Value) ? open(parsed) : (parsed as Value);
}

function arePlain(...values: readonly Value[]): boolean {
  return values.every((value) => value === null || typeof value !== "object");
}

function lower(value: Value): string {
  return text(value).toLowerCase();
}

/** `{0}` is the first value. Doubled braces are literal braces. */
function format(template: string, values: readonly Value[]): string {
  return template.replaceAll(/\{\{|\}\}|\{(\d+)\}|[{}]/g, (found, index?: string) => {
    if (found === "{{" || found === "}}") return found.slice(1);
    const value = index === undefined ? undefined : values[Number(index)];
    if (value === undefined) throw new Error(`The format "${template}" has a placeholder without a value.`);
    return text(value);
  });
}

function join(list: Value, separator: string): string {
  if (Array.isArray(list)) return valuesOf(list).map(text).join(separator);
  return isContext(list) ? "" : text(list);
}
