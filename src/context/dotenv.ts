/** A line that gives a variable a value, as dotenv and a shell read it. */
const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*)$/s;

/**
 * The text `before` of a dotenv file with `lines`, each `NAME="value"`. A variable that the file has already gets its new value where
 * it is, and once. All other lines are kept as they are, also the lines of a value that is longer than one.
 */
export function mergeDotenv(before: string, lines: readonly string[]): string {
  // A last line without an end gets that of the first line.
  const text = /^[^\n]*\r\n/.test(before) && !before.endsWith("\n") ? `${before}\r\n` : before;
  const left = new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line]));
  const ours = new Set(left.keys());
  const kept: string[] = [];
  const entries = entriesOf(text);
  for (const entry of entries) {
    const name = ASSIGNMENT.exec(entry)?.[1];
    if (name === undefined || !ours.has(name)) kept.push(entry);
    else {
      const line = left.get(name);
      if (line !== undefined) kept.push(inStyleOf(entry, line));
      left.delete(name);
    }
  }
  const example = entries.findLast((entry) => ASSIGNMENT.test(entry)) ?? entries[0] ?? "";
  return [...kept, ...[...left.values()].map((line) => inStyleOf(example, line))].map((line) => `${line}\n`).join("");
}

/** A line with the `export` and the end of line (`\r` of Windows) of another one. */
function inStyleOf(example: string, line: string): string {
  const [prefix = ""] = /^\s*export\s+/.exec(example) ?? [];
  return `${prefix}${line}${example.endsWith("\r") ? "\r" : ""}`;
}

/** The lines of a file. A value in quotes can have several lines: they are one entry. */
function entriesOf(text: string): readonly string[] {
  const entries: string[] = [];
  let open: string | undefined;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (open !== undefined) entries.push(`${entries.pop()}\n${line}`);
    else if (text !== "") entries.push(line);
    const value = open === undefined ? ASSIGNMENT.exec(line)?.[2] : line;
    if (value !== undefined) open = openQuote(value, open);
  }
  // A quote that is never closed is a part of its own line, and hides no other.
  return open === undefined ? entries : text.replace(/\n$/, "").split("\n");
}

/** The quote that is still open after this part of a value. */
function openQuote(value: string, open: string | undefined): string | undefined {
  const quote = open ?? /^["'`]/.exec(value)?.[0];
  if (quote === undefined) return undefined;
  const rest = open === undefined ? value.slice(1) : value;
  const isClosed = quote === "'" || quote === "`" ? rest.includes(quote) : /(?:^|[^\\])(?:\\\\)*"/.test(rest);
  return isClosed ? undefined : quote;
}
