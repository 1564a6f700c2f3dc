import type { Recipe } from "../recipe.ts";

/** A pipeline's text: `head` is what only a new file needs, `body` what is added to one that is there. */
export interface Pipeline {
  readonly head: string;
  readonly body: string;
}

/** A CI service that `init` writes for. */
export interface Service {
  /** How people write it. */
  readonly title: string;
  /** Path of the file that is written, from the checkout's top. */
  readonly file: string;
  /** Further paths by which the service is recognised, or by which its pipelines are found. */
  readonly others: readonly string[];
  /** Hosts of remotes that suggest it. */
  readonly host: RegExp | undefined;
  /** Where the key of Neon goes, and the schedule of the sweep where the file can't hold it. */
  readonly settings: readonly string[];
  readonly pipeline: (recipe: Recipe) => Pipeline;
}

/** Lines as the text of a file. */
export function linesOf(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Lines further in; empty ones stay empty. */
export function indent(by: number, lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `${" ".repeat(by)}${line}`));
}
