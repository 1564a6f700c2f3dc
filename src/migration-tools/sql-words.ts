/** Parts of SQL that are not statements: comments, texts, quoted names, bodies of functions. The first that begins counts. */
const PARTS = /--[^\n]*|\/\*[^]*?\*\/|\b[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[^]*?\$\1\$/g;

/** SQL with a space in place of each comment, text, quoted name and body of a function. */
export function statementWords(text: string): string {
  return text.replaceAll(PARTS, " ");
}
