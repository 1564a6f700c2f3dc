/** Bytes of a message that are read. */
export const LONGEST_MESSAGE = 4_194_304;
/** Characters of all texts of a session that are kept. */
const MOST_KEPT = 16_777_216;
/** Characters of one text that are kept when the session has more than that. */
const SHORT = 16_384;

/** The text of a statement, or its start. */
export interface KeptText {
  readonly sql: string;
  readonly isCut: boolean;
}

/** Returns a function that shortens the texts of one session when it has many long ones. `isShortened`: the text already is. */
export function keptTexts(): (text: string, isShortened: boolean) => KeptText {
  let length = 0;
  return (text, isShortened) => {
    const isTooMuch = text.length > SHORT && length + text.length > MOST_KEPT;
    // A part of a text keeps all of it in memory, so it is copied.
    const sql = isTooMuch ? Buffer.from(text.slice(0, SHORT)).toString() : text;
    length += sql.length;
    return { sql, isCut: isShortened || isTooMuch };
  };
}
