import type { Process } from "../../process/processes.ts";

/** The character classes of POSIX that an expression of JavaScript lacks. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  digit: "0-9",
  lower: "a-z",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

/** A pattern of `pgrep`: an extended regular expression of POSIX. Throws a `SyntaxError` if it is not valid. */
export function pgrepPattern(text: string): RegExp {
  return new RegExp(text.replaceAll(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole));
}

/** Whether a process matches as with `pgrep -f`: its command line, or its name when it has none. */
export function matchesPattern(pattern: RegExp, { command }: Pick<Process, "command">): boolean {
  return pattern.test(command);
}
