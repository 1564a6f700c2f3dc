import type * as z from "zod";
import { fieldAt, keysBelow } from "./fields.ts";
import type { Field, Path } from "./fields.ts";
import { KINDS } from "./kinds.ts";
import { nearest } from "../nearest.ts";
import { leafSchema } from "./schema.ts";

/** The checked value of a setting, or the sentence that says what is wrong and what is expected. */
export type Checked = { readonly value: unknown } | { readonly problem: string; readonly at: readonly PropertyKey[] };

/**
 * Checks one value, given in the file's terms. `name` is what a person knows the setting by: its key, variable
 * or flag. `at` says where inside the value the first fault lies.
 */
export function check(field: Field & { readonly path: Path }, input: unknown, name: string): Checked {
  const rules = KINDS[field.kind];
  const result = leafSchema(field.path).safeParse(input);
  if (result.success) return { value: rules.toValue?.(input) ?? input };
  const at = placeOf(result.error.issues);
  const [inside] = at;
  const whole = typeof inside === "string" ? `${name}.${inside}` : name;
  return { problem: `${whole} ${describe(field, input)}; expected ${rules.expected}${bounds(field)}${suggestion(field, input)}`, at };
}

/** What is wrong with a key that a section (`""`: the top) doesn't have. */
export function unknownKey(section: string, name: string): string {
  const said = `unknown key ${quote(section === "" ? name : `${section}.${name}`)}`;
  if (/api[-_]?key/i.test(name)) return `${said}; the API key comes from the environment variable NEON_API_KEY only`;
  if (/token|secret|passw/i.test(name)) return `${said}; secrets are read from the environment only`;
  const nested = section === "" ? fieldAt(name)?.path.split(".") : undefined;
  if (nested !== undefined) return `${said}; keys are nested: ${nested.join(": { ")}: …${" }".repeat(nested.length - 1)}`;
  const meant = nearestKey(section, name);
  if (meant !== undefined) return `${said}; did you mean ${quote(meant)}?`;
  return `${said}; expected ${section === "" ? "" : `below ${quote(section)} `}${either(lastSegments(keysBelow(section)))}`;
}

/** A value that stands where keys should, as in `neon: main`. */
export function notASection(section: string): string {
  return `${section} is no list of keys; expected keys below it, such as ${lastSegments(keysBelow(section)).slice(0, 3).join(", ")}`;
}

/** The innermost place that is at fault; of the ways to write a value, that which came furthest is meant. */
function placeOf(issues: readonly z.core.$ZodIssue[]): readonly PropertyKey[] {
  const [issue] = issues;
  if (issue?.code !== "invalid_union") return issue?.path ?? [];
  return issue.errors.map(placeOf).reduce((furthest, place) => (place.length > furthest.length ? place : furthest), []);
}

/** First among the neighbours; then anywhere, for a key that stands in the wrong section. */
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
  if (KINDS[field.kind].hidden) return "is not valid";
  if (Array.isArray(input)) return input.length === 0 ? "is an empty list" : `is the list ${input.map(describeItem).join(", ")}`;
  if (typeof input === "object") return "is a set of keys";
  return `is ${quote(input)}`;
}

function describeItem(item: unknown): string {
  return typeof item === "object" ? "(no text)" : quote(item);
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function bounds({ min, max }: Field): string {
  if (min !== undefined && max !== undefined) return `, from ${min} to ${max}`;
  return max === undefined ? "" : `, at most ${max}`;
}

function suggestion({ kind, path }: Field & { readonly path: Path }, input: unknown): string {
  const choices = KINDS[kind].choices ?? [];
  const wrong = [input].flat().find((word) => typeof word === "string" && !choices.includes(word));
  const meant = typeof wrong === "string" && choices.length > 0 ? nearest(wrong, choices) : undefined;
  if (meant !== undefined) return `; did you mean ${quote(meant)}?`;
  const bare = typeof input === "number" || typeof input === "boolean";
  return bare && leafSchema(path).safeParse(String(input)).success ? "; put it in quotes" : "";
}

/** JSON's quotes make control characters visible; a long value tells no more than its start. */
function quote(value: unknown): string {
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
