/** The value of an expression. A missing property is an error unless its object is open. */
export type Value = null | boolean | number | string | readonly Value[] | Context;

export interface Context {
  readonly [name: string]: Value;
}

const OPEN = Symbol("open");

/** A context whose missing names are empty, as on GitHub: secrets, variables, events. All nested objects are open too. */
export function open(values: unknown): Context {
  const entries = Object.entries(values as Readonly<Record<string, unknown>>).map(([name, value]) => [name, openValue(value)] as const);
  return Object.defineProperty(Object.fromEntries(entries), OPEN, { value: true });
}

function openValue(value: unknown): Value {
  if (Array.isArray(value)) return value.map(openValue);
  if (typeof value === "object" && value !== null) return open(value);
  return (value ?? null) as Value;
}

export function isContext(value: Value): value is Context {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const FILTERED = Symbol("filtered");

/** The result of `.*`: all values. A further property is read from each of them. */
export function filtered(of: Value): Value {
  return mark(FILTERED in Object(of) ? valuesOf(of).flatMap(valuesOf) : valuesOf(of));
}

function mark(values: readonly Value[]): Value {
  return Object.defineProperty([...values], FILTERED, { value: true });
}

/** A property by its case-insensitive name. */
export function property(of: Value, key: Value): Value {
  if (of === null) return null;
  if (FILTERED in Object(of) && typeof key !== "number") return mark(valuesOf(of).flatMap((one) => (isContext(one) ? held(one, key) : [])));
  if (Array.isArray(of)) return typeof key === "number" ? ((of as readonly Value[])[key] ?? null) : null;
  if (!isContext(of)) throw new Error(`The runner finds no "${text(key)}" in "${text(of)}".`);
  const [found] = held(of, key);
  if (found !== undefined) return found;
  if (OPEN in of) return null;
  throw new Error(`"${text(key)}" does not exist; known: ${Object.keys(of).join(", ") || "nothing"}.`);
}

/** The value of a name in a list of one; an empty list when the object lacks it. */
function held(of: Context, key: Value): readonly Value[] {
  const wanted = text(key).toLowerCase();
  return Object.entries(of).flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}

/** All values of an object or a list. */
export function valuesOf(of: Value): readonly Value[] {
  if (Array.isArray(of)) return of as readonly Value[];
  return isContext(of) ? Object.values(of) : [];
}

/** A value as text. */
export function text(value: Value): string {
  if (value === null) return "";
  if (Array.isArray(value)) return "Array";
  return typeof value === "object" ? "Object" : String(value);
}

export function truthy(value: Value): boolean {
  return value !== null && value !== false && value !== 0 && value !== "" && !Number.isNaN(value);
}

function number(value: Value): number {
  if (value === null) return 0;
  if (typeof value === "string") return value.trim() === "" ? 0 : Number(value);
  return typeof value === "object" ? Number.NaN : Number(value);
}

/** GitHub's loose equality: texts ignore case, values of different types are compared as numbers. */
export function equal(left: Value, right: Value): boolean {
  if (typeof left === "string" && typeof right === "string") return left.toLowerCase() === right.toLowerCase();
  if (typeof left === typeof right && left !== null && right !== null) return left === right;
  return number(left) === number(right);
}

export function compare(left: Value, right: Value): number {
  if (typeof left === "string" && typeof right === "string") {
    const [one, other] = [left.toLowerCase(), right.toLowerCase()];
    return one < other ? -1 : Number(one > other);
  }
  return number(left) - number(right);
}
