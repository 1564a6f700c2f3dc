import type { Env } from "../environment.ts";

/** One output of a job, as data. Nothing happens until it is passed to `publish` in `ci/publish.ts`. */
export type Write =
  | { readonly to: "stdout" | "stderr"; readonly text: string }
  /** The text is appended to the file. */
  | { readonly to: "file"; readonly path: string; readonly text: string }
  /** A program that the CI service provides, with the text for its standard input. */
  | { readonly to: "program"; readonly argv: readonly string[]; readonly input: string };

/** What a service's output can depend on. */
export interface WriteContext {
  readonly env: Env;
  /** Returns an unpredictable string of letters and digits, for delimiters. */
  readonly random: () => string;
  readonly now: () => Date;
}

export type Variables = Readonly<Record<string, string>>;

/** A message that the CI service shows prominently, on a line of a file if one is named. */
export interface Annotation {
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** Texts for stderr. The CI service folds the output between them. `end` can be empty. */
export interface Group {
  readonly begin: string;
  readonly end: string;
}

/** The strings that can be masked, each once. A blank one is left out, because it would mask everything. */
export function maskable(secrets: readonly string[]): readonly string[] {
  return [...new Set(secrets)].filter((secret) => secret.trim() !== "");
}

export function stderr(...lines: readonly string[]): readonly Write[] {
  return lines.length === 0 ? [] : [{ to: "stderr", text: lines.map((line) => `${line}\n`).join("") }];
}

export function stdout(...lines: readonly string[]): readonly Write[] {
  return lines.length === 0 ? [] : [{ to: "stdout", text: lines.map((line) => `${line}\n`).join("") }];
}

/** Appends lines to a file that the service names in a variable. Does nothing if the variable is not set. */
export function appendTo(path: string | undefined, ...lines: readonly string[]): readonly Write[] {
  return path === undefined || path === "" ? [] : [{ to: "file", path, text: lines.map((line) => `${line}\n`).join("") }];
}
