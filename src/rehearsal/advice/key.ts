import type { Token } from "../../postgres/sql/tokens.ts";
import { bracketed, lower, textOf } from "../sql/alter-table.ts";

/** A unique constraint or a primary key, as its parts. */
export interface Key {
  readonly label: "unique" | "primary key";
  /** With their brackets. */
  readonly columns: readonly Token[];
  /** What the index has after its columns: INCLUDE, NULLS NOT DISTINCT, WITH and TABLESPACE. */
  readonly ofIndex: string;
  /** What the constraint has: DEFERRABLE and INITIALLY. */
  readonly ofConstraint: string;
}

/** What an index that exists can get as a constraint (PostgreSQL documentation, "ALTER TABLE"). */
const ATTRIBUTES: readonly string[] = ["not deferrable", "deferrable", "initially deferred", "initially immediate"];

/**
 * Reads a key. Undefined if it has a part that an index built before and a constraint on it cannot have, such as WITHOUT OVERLAPS:
 * each token must have its place in one of the two, so that nothing is lost. Pure.
 */
export function readKey(tokens: readonly Token[]): Key | undefined {
  let at = 0;
  const skip = (words: string): boolean => {
    const wanted = words.split(" ");
    if (!wanted.every((word, index) => lower(tokens[at + index]) === word)) return false;
    at += wanted.length;
    return true;
  };
  const list = (): readonly Token[] => {
    const found = tokens[at]?.text === "(" ? bracketed(tokens, at) : [];
    at += found.length;
    return found;
  };
  const label = skip("unique") ? "unique" : skip("primary key") ? "primary key" : undefined;
  if (label === undefined) return undefined;
  const distinct = ["nulls not distinct", "nulls distinct"].find(skip) ?? "";
  const columns = list();
  const include = skip("include") ? `include ${textOf(list())}` : "";
  const options = skip("with") ? `with ${textOf(list())}` : "";
  const place = skip("using index tablespace") ? `tablespace ${tokens[at++]?.text ?? ""}` : "";
  const attributes: string[] = [];
  for (let found = ATTRIBUTES.find(skip); found !== undefined; found = ATTRIBUTES.find(skip)) attributes.push(found);
  if (at !== tokens.length || columns.length < 3 || !columns.slice(1, -1).every(isName)) return undefined;
  const ofIndex = [include, distinct, options, place].filter((part) => part !== "").join(" ");
  return { label, columns, ofIndex, ofConstraint: attributes.join(" ") };
}

/** Names and commas alternate: anything else, such as WITHOUT OVERLAPS, is not a plain column. */
function isName({ kind, text }: Token, at: number): boolean {
  return at % 2 === 0 ? kind === "word" || kind === "name" : text === ",";
}

/** The columns of a key as they are written. */
export function columnsOf({ columns }: Key): readonly string[] {
  return columns.flatMap(({ kind, text }) => (kind === "word" || kind === "name" ? [text] : []));
}
