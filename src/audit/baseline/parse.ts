import { OffshootError } from "../../errors.ts";
import { problemsOf } from "../../schema-problems.ts";
import { readYaml } from "../../yaml-file.ts";
import { problemLines } from "../../yaml-errors.ts";
import type { Baseline } from "./baseline.ts";
import { baselineFileSchema } from "./file-schema.ts";

/** Reads the text of a baseline. Throws `CONFIG_INVALID` with all problems, each with the file and the line. */
export function parseBaseline(text: string, file: string): Baseline {
  const yaml = readYaml(text);
  if (yaml.errors.length > 0) throw invalid(file, yaml.errors);
  const parsed = baselineFileSchema.safeParse(yaml.value ?? {});
  if (!parsed.success) {
    throw invalid(
      file,
      problemsOf(parsed.error.issues, yaml.value).map(({ path, text: problem }) => ({
        line: yaml.lineOf(path),
        text: problem.startsWith("must ") ? `${String(path.at(-1) ?? "the file")} ${problem}` : problem,
      })),
    );
  }
  const accepted = parsed.data.accepted.map((entry, at) => ({ ...entry, line: yaml.lineOf(["accepted", at]) }));
  return { file, accepted };
}

function invalid(file: string, problems: readonly { readonly line: number; readonly text: string }[]): OffshootError {
  const lines = problems.toSorted((a, b) => a.line - b.line).map(({ line, text }) => `${file}:${line}: ${text}`);
  return new OffshootError("CONFIG_INVALID", problemLines(lines), {
    meaning: "This is not a valid baseline of the audit.",
    remedy: "Correct these lines, or delete the file and accept the findings again: npx offshoot audit --baseline",
    facts: { file, problems: lines.length },
  });
}
