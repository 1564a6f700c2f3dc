/** A name may hold line breaks, and what follows one could be taken for a command of the CI service, or for markup. */
export function inOneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
