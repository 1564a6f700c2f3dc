import { OffshootError } from "../../errors.ts";
import { problemLines } from "../../yaml-errors.ts";
import { buildSpec } from "./build.ts";
import { specFileSchema } from "./file-schema.ts";
import { problemsOf, type LocatedProblem, type Problem } from "../../schema-problems.ts";
import type { Spec } from "./spec.ts";
import { readYaml } from "../../yaml-file.ts";

/**
 * Reads the text of a spec file. Throws `SPEC_INVALID` with all problems, each on its own line with the file, the line, the key
 * and, for a misspelled name, the most similar valid name.
 */
export function parseSpec(text: string, file: string): Spec {
  const yaml = readYaml(text);
  if (yaml.errors.length > 0) throw invalid(file, yaml.errors);
  if (yaml.value === null || yaml.value === undefined) {
    throw invalid(file, [{ line: 1, text: `the file is empty: start it with "version: 1"` }]);
  }
  const parsed = specFileSchema.safeParse(yaml.value);
  if (!parsed.success) throw invalid(file, problemsOf(parsed.error.issues, yaml.value).map(located));
  const { spec, problems } = buildSpec(parsed.data, file, (path) => yaml.lineOf(path));
  if (problems.length > 0) throw invalid(file, problems);
  return spec;

  function located({ path, text: problem }: Problem): LocatedProblem {
    const key = path.length === 0 ? "the file" : path.map(String).join(".");
    return { line: yaml.lineOf(path), text: problem.startsWith("must ") ? `${key} ${problem}` : problem };
  }
}

function invalid(file: string, problems: readonly LocatedProblem[]): OffshootError {
  const lines = problems.toSorted((a, b) => a.line - b.line).map(({ line, text }) => `${file}:${line}: ${text}`);
  return new OffshootError("SPEC_INVALID", problemLines(lines), {
    remedy: "Correct these lines, or delete the file and write a new one from a database with the right schema: npx offshoot audit --write",
    facts: { file, problems: lines.length },
  });
}
