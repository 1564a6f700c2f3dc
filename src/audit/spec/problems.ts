import type { z } from "zod";
import { nearest } from "../../nearest.ts";

/** One thing that is wrong with a spec. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

interface Mismatch extends Problem {
  /** Set where the value as a whole is of another type: in a union, another branch may fit. */
  readonly expected?: readonly string[];
}

/** The problems behind the issues of a schema. A union tells what is wrong with the one branch that was meant. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], input: unknown): Problem[] {
  return issues
    .flatMap((issue) => flatten(issue, input))
    .map(({ path, text, expected }) => {
      const isMissing = expected !== undefined && path.length > 0 && valueAt(input, path) === undefined;
      return { path, text: isMissing ? `"${String(path.at(-1))}" is missing: ${oneOf(expected)}` : text };
    });
}

function flatten(issue: z.core.$ZodIssue, input: unknown): Mismatch[] {
  const { path } = issue;
  const value = valueAt(input, path);
  if (issue.code === "unrecognized_keys") {
    return issue.message.split("\n").map((text, at) => ({ path: [...path, issue.keys[at] ?? ""], text }));
  }
  if (issue.code === "invalid_union") {
    return branchMeant(issue.errors, value).map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
  }
  if (issue.code === "invalid_type") return [mismatch(path, [NAMES[issue.expected] ?? issue.expected], value)];
  if (issue.code === "invalid_value") return [wrongValue(path, [...new Set(issue.values.map(String))], value)];
  if (issue.code === "invalid_key") return [{ path, text: "a name must not be empty" }];
  return [{ path, text: issue.message }];
}

function wrongValue(path: readonly PropertyKey[], values: readonly string[], value: unknown): Mismatch {
  if (value === undefined || (typeof value === "object" && value !== null)) return mismatch(path, values, value);
  const near = typeof value === "string" ? nearest(value, values) : undefined;
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return { path, text: `must be ${values.length === 1 ? "" : "one of "}${values.join(", ")}, not ${shown(value)}${hint}` };
}

const NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  null: "nothing",
};

function branchMeant(branches: readonly (readonly z.core.$ZodIssue[])[], value: unknown): Mismatch[] {
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
  const names = [...new Set(expected)].filter((name) => name !== "nothing");
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  return value === null ? "nothing" : JSON.stringify(value);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    input,
  );
}
