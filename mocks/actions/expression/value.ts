/** What an expression can be. A property that an object lacks is an error, unless the object is open. */
export type Value = null | boolean | number | string | readonly Value[] | Context;

export interface Context {
  readonly [name: string]: Value;
}

const OPEN = Symbol("open");

/** A context whose missing names are empty, as GitHub has it: secrets, variables, events. Whatever lies below is open too. */
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

/** What `.*` gives: all values, of which further properties are taken one by one. */
export function filtered(of: Value): Value {
  return mark(FILTERED in Object(of) ? valuesOf(of).flatMap(valuesOf) : valuesOf(of));
}

function mark(values: readonly Value[]): Value {
  return Object.defineProperty([...values], FILTERED, { value: true });
}

/** A property by name, whose case does not matter. */
export function property(of: Value, key: Value): Value {
  if (of === null) return null;
  if (FILTERED in Object(of) && typeof key !== "number") return mark(valuesOf(of).flatMap((one) => (isContext(one) ? held(one, key) : [])));
  if (Array.isArray(of)) return typeof key === "number" ? ((of as readonly Value[])[key] ?? null) : null;
  if (!isContext(of)) throw new Error(`The runner finds no "${text(key)}" in "${text(of)}".`);
  const [found] = held(of, key);
  if (found !== undefined) return found;
  if (OPEN in of) return null;
  throw new Error(`There is no "${text(key)}" here; there is ${Object.keys(of).join(", ") || "nothing"}.`);
}

/** The value of a name that an object has, alone in a list. */
function held(of: Context, key: Value): readonly Value[] {
  const wanted = text(key).toLowerCase();
  return Object.entries(of).flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}

/** All values of an object or a list. */
export function valuesOf(of: Value): readonly Value[] {
  if (Array.isArray(of)) return of as readonly Value[];
  return isContext(of) ? Object.values(of) : [];
}

/** How a value is written into a text. */
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

/** Loose, as GitHub compares: texts whatever their case, unlike types as numbers. */
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
