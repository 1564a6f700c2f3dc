import { OffshootError } from "../errors.ts";
import { problemLines } from "../yaml-errors.ts";

/** Sorts the problems of the file by line, after the problems of flags and environment. */
export function byLine(problems: readonly string[], label: string): readonly string[] {
  const lineOf = (problem: string): number => (problem.startsWith(`${label}:`) ? Number.parseInt(problem.slice(label.length + 1), 10) : 0);
  return problems.toSorted((one, other) => lineOf(one) - lineOf(other));
}

/** Whoever typed a flag looks at the command, and not at a file. */
export function invalidFlags(problems: readonly string[]): OffshootError {
  const which = problems.length === 1 ? "the flag" : "these flags";
  const settings = problems.some((problem) => problem.startsWith("--set "))
    ? ' The README of offshoot describes every setting under "Settings".'
    : " With --help the command shows its flags.";
  return new OffshootError("CONFIG_INVALID", problemLines(problems), {
    meaning: "Nothing was done.",
    remedy: `Correct ${which}, and run the command again.${settings}`,
    facts: { problems: problems.length },
  });
}

/** The error for problems of any source. */
export function invalid(problems: readonly string[], file: string | undefined): OffshootError {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return new OffshootError("CONFIG_INVALID", problemLines(problems), {
    meaning: `The configuration has ${count}. Nothing was done.`,
    remedy: 'Correct each line above, and run the command again. The README of offshoot describes every setting under "Settings".',
    facts: { problems: problems.length, file },
  });
}
