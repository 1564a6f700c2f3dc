import stringWidth from "string-width";
import { lineAt } from "./position.ts";

/** Columns of a line that are shown, and those to the right of the place if the line is longer (libpq, `reportErrorPosition`). */
const WIDEST = 60;
const RIGHT = 10;

/** More units than can be shown on one side. */
const NEAR = 256;

/** A line of a text and a mark below a place in it, as libpq and psql show the place of an error: `LINE 3: …` and `^`. Pure. */
export function excerptAt(text: string, index: number): readonly [string, string] {
  // libpq counts characters, and not what a person sees as one.
  const before = Array.from(/[^\r\n]*$/.exec(text.slice(Math.max(0, index - NEAR), index))?.[0] ?? "");
  const after = Array.from(/^[^\r\n]*/.exec(text.slice(index, index + NEAR))?.[0] ?? "");
  const characters = [...before, ...after].map((each) => (each === "\t" ? " " : each));
  const at = before.length;
  const ends = [0];
  for (const each of characters) ends.push((ends.at(-1) ?? 0) + widthOf(each));
  const width = (from: number, to: number): number => (ends[to] ?? 0) - (ends[from] ?? 0);
  let [from, to] = [0, characters.length];
  if (width(from, to) > WIDEST && width(from, at) > WIDEST - RIGHT) {
    while (width(at, to) > RIGHT) to -= 1;
    while (width(from, to) > WIDEST) from += 1;
  }
  while (width(from, to) > WIDEST) to -= 1;
  const label = `LINE ${lineAt(text, index)}: ${from > 0 ? "..." : ""}`;
  const line = `${label}${characters.slice(from, to).join("")}${to < characters.length ? "..." : ""}`;
  return [line, `${" ".repeat(label.length + width(from, at))}^`];
}

/** libpq gives every character at least one column. */
function widthOf(character: string): number {
  return Math.max(1, stringWidth(character));
}
