import { word } from "../../migration-tools/shell.ts";
import type { Recipe } from "../recipe.ts";

/** What each of a pipeline's three jobs does, where all lines of a job share one shell. */
export interface Jobs {
  readonly test: readonly string[];
  readonly teardown: readonly string[];
  readonly sweep: readonly string[];
}

/** Debian's Python takes packages in an environment of the project's own only (PEP 668). */
const DEBIAN_PYTHON = ["apt-get update && apt-get install --yes python3-venv", "python3 -m venv .venv", "source .venv/bin/activate"];

/**
 * The lines of the jobs. `image`: they run in Node's own image, where Python must be brought; else the service or its
 * agents have Python.
 */
export function jobsIn(recipe: Recipe, where: "image" | "agent"): Jobs {
  const enter = recipe.folder === "" ? [] : [`cd ${word(recipe.folder)}`];
  const python = recipe.python && where === "image" ? DEBIAN_PYTHON : [];
  const start = [...enter, ...recipe.install];
  return {
    test: [...start, ...python, ...recipe.prepare, recipe.run],
    teardown: [...start, recipe.down],
    sweep: [...start, recipe.sweep],
  };
}

/** The same where each entry has a shell of its own; one of several lines is a script. */
export function stepsIn(recipe: Recipe, where: "image" | "agent"): Jobs {
  const { test, teardown, sweep } = jobsIn({ ...recipe, folder: "" }, where);
  const enter = recipe.folder === "" ? "" : `cd ${word(recipe.folder)}`;
  const each = (lines: readonly string[]): readonly string[] => lines.map((line) => (enter === "" ? line : `${enter} && ${line}`));
  // A virtual environment lasts as long as its shell: what needs it shares one.
  const alone = recipe.python && where === "image" ? recipe.install.length : test.length;
  const together = test.slice(alone);
  const script = [enter, ...together].filter((line) => line !== "").join("\n");
  return {
    test: [...each(test.slice(0, alone)), ...(together.length === 0 ? [] : [script])],
    teardown: each(teardown),
    sweep: each(sweep),
  };
}
