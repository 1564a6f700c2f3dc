/** Parts of SQL that are not statements: comments, texts, quoted names, bodies of functions. The first that begins counts. */
const PARTS = /--[^\n]*|\/\*[^]*?\*\/|\b[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[^]*?\$\1\$/g;

/** SQL with a space in place of each comment, text, quoted name and body of a function. */
export function statementWords(text: string): string {
  return text.replaceAll(PARTS, " ");
}

/** SQL with a space in place of each comment, text and body of a function. Quoted names are kept, as words. */
export function withoutTexts(text: string): string {
  return text.replaceAll(PARTS, (part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll(/[^\w$]/g, "_") : " "));
}

/** A comment: its place, and what is in it. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  readonly words: string;
}

/** The comments of SQL, without those in texts and in bodies of functions. */
export function commentsIn(text: string): readonly Comment[] {
  return [...text.matchAll(PARTS)].flatMap(({ index, 0: part }) =>
    /^(?:--|\/\*)/.test(part) ? [{ start: index, end: index + part.length, words: part }] : [],
  );
}

/** A placeholder of another program in a quoted name: `"${SCHEMA}_users"`, `"{{schema}}"`. Elsewhere it is not valid SQL, or can be meant. */
export function placeholderIn(text: string): string | undefined {
  for (const { 0: part } of text.matchAll(PARTS)) {
    const found = part.startsWith('"') ? /\$\{[\w.:-]+\}|\{\{\s*[\w.]+\s*\}\}/.exec(part)?.[0] : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
