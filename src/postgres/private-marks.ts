/** The line of a statement in which libpq shows the place of an error, and the mark below it. */
const SQL_LINE = /\bLINE \d+: /;
const MARK = /^( *)\^$/;

/** The filter, which now also leaves out a mark below a line in which it hid a value before the mark. */
export function withTrueMarks(filter: (line: string) => string | undefined): (line: string) => string | undefined {
  let above: { readonly line: string; readonly shown: string } | undefined;
  return (line) => {
    const pointed = above;
    const shown = filter(line);
    above = SQL_LINE.test(line) && shown !== undefined ? { line, shown } : undefined;
    const at = pointed === undefined ? undefined : MARK.exec(line)?.[1]?.length;
    return at === undefined || pointed?.shown.startsWith(pointed.line.slice(0, at)) === true ? shown : undefined;
  };
}
