/**
 * A line of prose for a terminal of this width, divided between words: a terminal divides within them. A command in backquotes stays whole
 * where it fits, so that it can be copied, and a longer word is left to the terminal. Each row after the first one is indented by two more.
 */
export function fold(line: string, columns: number | undefined): string {
  if (columns === undefined || columns < 20 || line.length < columns) return line;
  const [indent = ""] = /^ */.exec(line) ?? [];
  // Each with the blanks before it, which align columns.
  const words = line.slice(indent.length).match(/ *(?:`[^`]*`|[^\s`]|`)+/g) ?? [];
  const rows: string[] = [];
  let row = "";
  for (const word of words.flatMap((each) => (each.trim().length + indent.length + 2 < columns ? [each] : (each.match(/ *\S+/g) ?? [])))) {
    if (row !== "" && row.length + word.length >= columns) {
      rows.push(row);
      row = "";
    }
    row += row === "" ? `${indent}${rows.length === 0 ? "" : "  "}${word.trimStart()}` : word;
  }
  return [...rows, row].join("\n");
}

/**
 * A line of a table with two columns. A value that does not fit beside its name is below it, so that the other values keep their column.
 * A longer one is left to the terminal: a name or a URL with a line break in it cannot be copied.
 */
export function valueBelow(line: string, columns: number | undefined): string {
  const [, name = "", value = ""] = /^(\S+) {2,}(\S+)$/.exec(line) ?? [];
  return columns === undefined || line.length <= columns || value === "" ? line : `${name}\n  ${value}`;
}

/** The width of a stream, if it is a terminal that knows its width. */
export function widthOf({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number | undefined {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : undefined;
}
