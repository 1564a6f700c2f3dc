import type { Env } from "../environment.ts";

/** One effect on the world around a job, as data: nothing happens until `steps/tell.ts` is given it. */
export type Write =
  | { readonly to: "stdout" | "stderr"; readonly text: string }
  /** Appended. */
  | { readonly to: "file"; readonly path: string; readonly text: string }
  /** A program of the service's own, with what goes to its standard input. */
  | { readonly to: "program"; readonly argv: readonly string[]; readonly input: string };

/** What a service's words may depend on. */
export interface WriteContext {
  readonly env: Env;
  /** An unguessable word of letters and digits, for delimiters. */
  readonly random: () => string;
  readonly now: () => Date;
}

export type Variables = Readonly<Record<string, string>>;

/** What a reader of the job's page should see at once. */
export interface Annotation {
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** Text for stderr that folds what stands between; `end` may be empty. */
export interface Group {
  readonly begin: string;
  readonly end: string;
}

/** What can be hidden: an empty string would hide everything, and one string needs to be told once. */
export function maskable(secrets: readonly string[]): readonly string[] {
  return [...new Set(secrets)].filter((secret) => secret.trim() !== "");
}

export function stderr(...lines: readonly string[]): readonly Write[] {
  return lines.length === 0 ? [] : [{ to: "stderr", text: lines.map((line) => `${line}\n`).join("") }];
}

export function stdout(...lines: readonly string[]): readonly Write[] {
  return lines.length === 0 ? [] : [{ to: "stdout", text: lines.map((line) => `${line}\n`).join("") }];
}

/** Appends lines to the file that a variable names; nothing where the service doesn't name one. */
export function appendTo(path: string | undefined, ...lines: readonly string[]): readonly Write[] {
  return path === undefined || path === "" ? [] : [{ to: "file", path, text: lines.map((line) => `${line}\n`).join("") }];
}
