/**
 * A stack frame of JavaScript or Java, a property without a value, Python's mark below a line of code, and where in its own source the
 * server has found an error, as node-postgres prints it.
 */
const NOISE =
  /^\s+at .*(?::\d+:\d+\)?|\([\w.$]+:\d+\))(?: \{)?$|^\s*\w+: undefined,?$|^\s*[~^]+$|^\s*(?:length: \d+|severity: '\w+'|file: '\w+\.c'|line: '\d+'|routine: '\w+'),?$/;

/** The line of an SQL text, as libpq shows it above the mark, in the languages of its messages. */
const SQL_LINE = /^\s*\p{Lu}{2,} \d+ ?[:：] /u;
const MARK = /^\s*\^$/;

/** A frame of an installed package of Python. The code of the frame is in the lines after it. */
const PYTHON_FRAME = /^(\s+)File "[^"]*[/\\](?:site-packages|dist-packages|lib[/\\]python[\d.]+)[/\\][^"]*", line \d+/;

/** What a terminal shows at one place, one after the other: `[⣷] working...[⣯] working...`. */
const SPINNER = /^.*\[[\u2800-\u28FF]\]\s*/u;

/** The lines of a program's output without those that do not help: frames of libraries, frames of a spinner. */
export function withoutNoise(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let indent: string | undefined;
  for (const [at, line] of lines.entries()) {
    if (indent !== undefined && line.startsWith(`${indent}  `)) continue;
    indent = PYTHON_FRAME.exec(line)?.[1];
    const isMark = MARK.test(line) && SQL_LINE.test(lines[at - 1] ?? "");
    if (indent === undefined && (isMark || !NOISE.test(line))) kept.push(line.replace(SPINNER, ""));
  }
  return kept;
}
