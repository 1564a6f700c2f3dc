import { OffshootError } from "../../errors.ts";
import { readYaml } from "./yaml-file.ts";
import { buildSpec } from "./build.ts";
import { problemsOf } from "./problems.ts";
import { specFileSchema } from "./file-schema.ts";
import type { Spec } from "./spec.ts";

/**
 * Reads the text of a spec file. Throws `SPEC_INVALID` with every problem at once, one line each with file,
 * line and, for a misspelt name, the nearest known one.
 */
export function parseSpec(text: string, file: string): Spec {
  const yaml = readYaml(text);
  if (yaml.errors.length > 0) throw invalid(file, yaml.errors);
  if (yaml.value === null || yaml.value === undefined) {
    throw invalid(file, [{ line: 1, text: `the file is empty; it starts with "version: 1"` }]);
  }
  const written = specFileSchema.safeParse(yaml.value);
  if (!written.success) throw invalid(file, problemsOf(written.error.issues, yaml.value).map(located));
  const { spec, problems } = buildSpec(written.data, file, (path) => yaml.lineOf(path));
  if (problems.length > 0) throw invalid(file, problems);
  return spec;

  function located(problem: { readonly path: readonly PropertyKey[]; readonly text: string }): Located {
    const where = problem.path.map(String).join(".");
    const about = where !== "" && problem.text.startsWith("must ") ? `${where} ` : "";
    return { line: yaml.lineOf(problem.path), text: `${about}${problem.text}` };
  }
}

interface Located {
  readonly line: number;
  readonly text: string;
}

function invalid(file: string, problems: readonly Located[]): OffshootError {
  const lines = problems.toSorted((a, b) => a.line - b.line).map(({ line, text }) => `${file}:${line}: ${text}`);
  return new OffshootError("SPEC_INVALID", [...new Set(lines)].join("\n"), {
    remedy: "Correct the spec, or make a new one from a good database: offshoot audit --write.",
    facts: { file, problems: lines.length },
  });
}
