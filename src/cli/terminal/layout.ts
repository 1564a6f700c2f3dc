import sliceAnsi from "slice-ansi";
import stringWidth from "string-width";

/** One line of the screen, before it is fitted into the width of the terminal. */
export interface Line {
  readonly symbol: string;
  readonly label: string;
  /** The facts, the most important first. */
  readonly text: string;
  /** At the right edge. */
  readonly elapsed: string;
}

/** Labels have this width. A longer label moves only its own line. */
const LABEL = 10;

/** Where the texts begin, after the symbol and the label. */
const INDENT = LABEL + 3;

/** Lines that are longer than this are hard to read. */
const WIDEST = 100;

/** Below this width, a line is cut and not wrapped. */
const NARROWEST = 30;

/** The style of the parts of a line. */
export type StyleLine = (part: "symbol" | "label" | "text" | "elapsed", text: string) => string;

/** A line that stays, as rows of the terminal. A text that is too long continues below itself. */
export function lastingRows(line: Line, columns: number, style: StyleLine): readonly string[] {
  const head = headOf(line);
  // Only the first row has the time at its end.
  const [first = "", ...rest] = wrap(line.text, roomFor(line, head, columns), widthOf(columns) - INDENT);
  return [row(line, head, first, columns, style), ...rest.map((text) => `${" ".repeat(INDENT)}${style("text", text)}`)];
}

/** A line that changes, as one row of the terminal. `more` replaces what was cut off. */
export function liveRow(line: Line, columns: number, more: string, style: StyleLine): string {
  const head = headOf(line);
  const room = roomFor(line, head, columns);
  const text = cut(line.text, room, more);
  return row(line, head, text, columns, style);
}

/** The text, cut to this many columns. */
function cut(text: string, room: number, more: string): string {
  if (stringWidth(text) <= room) return text;
  return `${sliceAnsi(text, 0, Math.max(0, room - stringWidth(more))).trimEnd()}${more}`;
}

function headOf({ label }: Line): string {
  return label + " ".repeat(Math.max(0, LABEL - stringWidth(label)));
}

function roomFor({ symbol, elapsed }: Line, head: string, columns: number): number {
  const right = elapsed === "" ? 0 : stringWidth(elapsed) + 2;
  return Math.max(10, widthOf(columns) - stringWidth(symbol) - stringWidth(head) - 2 - right);
}

/** The last column stays free: some terminals wrap a line that fills it. */
function widthOf(columns: number): number {
  return Math.max(NARROWEST, Math.min(columns - 1, WIDEST));
}

function row({ symbol, elapsed }: Line, head: string, text: string, columns: number, style: StyleLine): string {
  const left = `${style("symbol", symbol)} ${style("label", head)} ${style("text", text)}`;
  if (elapsed === "") return left.trimEnd();
  const used = stringWidth(symbol) + stringWidth(head) + stringWidth(text) + 2;
  const gap = Math.max(1, widthOf(columns) - used - stringWidth(elapsed));
  return `${left}${" ".repeat(gap)}${style("elapsed", elapsed)}`;
}

/** Breaks a text at its spaces, into a first row of this width and others. A word that is longer than a row is broken itself. */
function wrap(text: string, first: number, others: number): readonly string[] {
  const rows: string[] = [];
  let current = "";
  for (const word of text.split(/\s+/).flatMap((long) => pieces(long, Math.min(first, others)))) {
    const joined = current === "" ? word : `${current} ${word}`;
    if (stringWidth(joined) <= (rows.length === 0 ? first : others)) current = joined;
    else {
      // Nothing follows a separator at the end of a row.
      rows.push(current.replace(/ [·-]$/, ""));
      current = word;
    }
  }
  return [...rows, current];
}

/** A name is broken after a hyphen or slash, if there is one in the second half of the row. */
function pieces(word: string, room: number): readonly string[] {
  if (stringWidth(word) <= room) return [word];
  const most = sliceAnsi(word, 0, room);
  const at = Math.max(most.lastIndexOf("-"), most.lastIndexOf("/")) + 1;
  const first = at > most.length / 2 ? most.slice(0, at) : most;
  return [first, ...pieces(word.slice(first.length), room)];
}
