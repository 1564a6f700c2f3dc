import { fieldAt, keysBelow } from "./fields.ts";
import type { Field } from "./field.ts";
import type { Path } from "./fields.ts";
import { VALUE_FORMATS } from "./value-formats.ts";
import { problemInLimits } from "./limit-problems.ts";
import { nearest } from "../nearest.ts";
import { wrongPart } from "./wrong-part.ts";

/** The checked value of a setting, or an error message with the problem and the expected value. */
export type Checked = { readonly value: unknown } | { readonly problem: string; readonly at: readonly PropertyKey[] };

/**
 * Checks one value, written as in the file. `name` is the name in the error message: the key, the variable or the flag.
 * `at` in the result is the path of the first wrong part inside the value.
 */
export function checkValue(field: Field & { readonly path: Path }, input: unknown, name: string): Checked {
  const rules = VALUE_FORMATS[field.kind];
  const at = wrongPart(field, input);
  if (at === undefined) return { value: rules.toValue?.(input) ?? input };
  const inside = problemInLimits(field.kind, input, name);
  if (inside !== undefined) return inside;
  const whole = nameOfPart(field, name, at);
  return {
    problem: `${whole} ${describe(field, input)}; expected ${rules.expected}${bounds(field, input)}${suggestion(field, input)}`,
    at,
  };
}

/** The name of a key inside a value, or of a step with the wrong key in it. */
function nameOfPart({ kind }: Field, name: string, [inside, key]: readonly PropertyKey[]): string {
  if (typeof inside === "string") return `${name}.${inside}`;
  if (kind !== "steps" || typeof inside !== "number") return name;
  return `${name}: step ${inside + 1}${typeof key === "string" ? ` (${key})` : ""}`;
}

/** The error message for an unknown key in a section (`""`: the top level). */
export function unknownKey(section: string, name: string): string {
  const problem = `unknown key ${quote(section === "" ? name : `${section}.${name}`)}`;
  if (/api[-_]?key/i.test(name)) return `${problem}; remove it from the file and set the environment variable NEON_API_KEY instead`;
  if (/token|secret|passw/i.test(name)) return `${problem}; ${secretAdvice(section)}`;
  const nested = section === "" ? fieldAt(name)?.path.split(".") : undefined;
  if (nested !== undefined) return `${problem}; write nested keys instead: ${nested.join(": { ")}: …${" }".repeat(nested.length - 1)}`;
  const meant = nearestKey(section, name);
  if (meant !== undefined) return `${problem}. Did you mean ${quote(meant)}?`;
  return `${problem}; valid keys${section === "" ? "" : ` in ${quote(section)}`}: ${lastSegments(keysBelow(section)).join(", ")}`;
}

function secretAdvice(section: string): string {
  if (section === "existing") return "remove it from the file and set the environment variable OFFSHOOT_EXISTING_URL instead";
  return "remove it from the file, because secrets must be in environment variables";
}

/** The error message for a value in place of keys, as in `neon: main`. */
export function notASection(section: string): string {
  return `${section} is a section and cannot have a value itself; write keys below it, such as ${lastSegments(keysBelow(section)).slice(0, 3).join(", ")}`;
}

/** Searches the same section first, then all sections: the key can be in the wrong section. */
function nearestKey(section: string, last: string): string | undefined {
  const neighbours = keysBelow(section);
  const index = lastSegments(neighbours).indexOf(nearest(last, lastSegments(neighbours)) ?? "");
  if (index >= 0) return neighbours[index];
  return fieldAt(last)?.path ?? allPaths("").find((path) => path.endsWith(`.${last}`));
}

function allPaths(section: string): readonly string[] {
  return keysBelow(section).flatMap((path) => (fieldAt(path) === undefined ? [path, ...allPaths(path)] : [path]));
}

function lastSegments(paths: readonly string[]): readonly string[] {
  return paths.map((path) => path.slice(path.lastIndexOf(".") + 1));
}

function describe(field: Field, input: unknown): string {
  if (input === null || input === undefined || input === "") return "has no value";
  if (VALUE_FORMATS[field.kind].hidden) return "is not valid";
  if (Array.isArray(input)) return input.length === 0 ? "is an empty list" : `is the list ${describeItems(input)}`;
  if (typeof input === "object") return "is a set of keys";
  return `is ${quote(input)}`;
}

/** More would hide the rest of the message. */
const MOST_ITEMS = 10;

function describeItems(list: readonly unknown[]): string {
  const shown = list.slice(0, MOST_ITEMS).map(describeItem).join(", ");
  return list.length > MOST_ITEMS ? `${shown} and ${list.length - MOST_ITEMS} more` : shown;
}

function describeItem(item: unknown): string {
  return typeof item === "object" ? "(not text)" : quote(item);
}

function bounds({ kind, min, max }: Field, input: unknown): string {
  if (min !== undefined && max !== undefined) return `, from ${min} to ${max}`;
  if (min !== undefined) return `, at least ${min}`;
  const least = kind === "duration" && /^(?:0+(?:d|h|ms|m|s)?)+$/.test(String(input)) ? ", more than 0" : "";
  return max === undefined ? least : `${least}, at most ${max}`;
}

function suggestion(field: Field, input: unknown): string {
  const { kind } = field;
  const choices = VALUE_FORMATS[kind].choices ?? [];
  const wrong = [input].flat().find((word) => typeof word === "string" && !choices.includes(word));
  const meant = typeof wrong === "string" && choices.length > 0 ? nearest(wrong, choices) : undefined;
  if (meant !== undefined) return `. Did you mean ${quote(meant)}?`;
  const accepts = (value: unknown): boolean => wrongPart(field, value) === undefined;
  if ((kind === "major" || kind === "size") && typeof input === "string" && accepts(Number(input))) return ". Remove the quotes.";
  const bare = typeof input === "number" || typeof input === "boolean";
  return bare && accepts(String(input)) ? ". Put it in quotes." : "";
}

/** JSON's quotes make control characters visible. Long values are shortened. */
function quote(value: unknown): string {
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
