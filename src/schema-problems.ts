import * as z from "zod";
import { nearest } from "./nearest.ts";

/** One problem of a file. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/** A problem with the line of its key. */
export interface LocatedProblem {
  readonly line: number;
  readonly text: string;
}

interface Mismatch extends Problem {
  /** The valid types. Set when the value has another type: in a union, another branch can fit. */
  readonly expected?: readonly string[];
}

/** The problems behind the issues of zod. For a union, only the problems of the branch that fits the type of the value. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], input: unknown): Problem[] {
  return issues
    .flatMap((issue) => flatten(issue, input))
    .map(({ path, text, expected }) => {
      const isMissing = expected !== undefined && path.length > 0 && valueAt(input, path) === undefined;
      return { path, text: isMissing ? `"${String(path.at(-1))}" is missing: add it, with ${oneOf(expected)} as its value` : text };
    });
}

function flatten(issue: z.core.$ZodIssue, input: unknown): Mismatch[] {
  const { path } = issue;
  const value = valueAt(input, path);
  if (issue.code === "unrecognized_keys") {
    return issue.message.split("\n").map((text, at) => ({ path: [...path, issue.keys[at] ?? ""], text }));
  }
  if (issue.code === "invalid_union") {
    return matchingBranch(issue.errors, value).map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
  }
  if (issue.code === "invalid_type") return [mismatch(path, [NAMES[issue.expected] ?? issue.expected], value)];
  if (issue.code === "invalid_value") return [wrongValue(path, issue.values, value)];
  if (issue.code === "invalid_key") return [{ path, text: "a name must not be empty" }];
  return [{ path, text: issue.message }];
}

function wrongValue(path: readonly PropertyKey[], valid: readonly unknown[], value: unknown): Mismatch {
  // The version can be 1 or "1": the second form is not shown.
  const values = valid.filter((one) => typeof one !== "string" || !valid.includes(Number(one))).map((one) => JSON.stringify(one));
  if (value === undefined || (typeof value === "object" && value !== null)) return mismatch(path, values, value);
  const near = typeof value === "string" ? nearest(value, valid.map(String)) : undefined;
  const hint = near === undefined ? "" : `. Did you mean "${near}"?`;
  return { path, text: `must be ${values.length === 1 ? "" : "one of "}${values.join(", ")}, not ${shown(value)}${hint}` };
}

const NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  null: "null",
};

function matchingBranch(branches: readonly (readonly z.core.$ZodIssue[])[], value: unknown): Mismatch[] {
  const all = branches.map((issues) => issues.flatMap((issue) => flatten(issue, value)));
  const fitting = all.find((problems) => !problems.some((problem) => problem.expected !== undefined && problem.path.length === 0));
  if (fitting !== undefined) return fitting;
  const expected = all.flat().flatMap((problem) => (problem.path.length === 0 ? (problem.expected ?? []) : []));
  return expected.length === 0 ? all.flat() : [mismatch([], expected, value)];
}

function mismatch(path: readonly PropertyKey[], expected: readonly string[], value: unknown): Mismatch {
  return { path, text: `must be ${oneOf(expected)}, not ${shown(value)}`, expected };
}

function oneOf(expected: readonly string[]): string {
  const names = [...new Set(expected)].filter((name) => name !== "null");
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  return value === null ? "empty" : JSON.stringify(value);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    input,
  );
}

/** A mapping without other keys. The error for another key names the most similar valid key. */
export function strict<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return undefined;
      return issue.keys
        .map((key) => {
          const known = nearest(key, Object.keys(shape));
          return `unknown key "${key}"${known === undefined ? `; valid keys: ${Object.keys(shape).join(", ")}` : `. Did you mean "${known}"?`}`;
        })
        .join("\n");
    },
  });
}
