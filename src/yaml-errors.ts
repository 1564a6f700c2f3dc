import { LIMIT_PROBLEMS } from "./yaml-limits.ts";

/**
 * The YAML parser's message for a common mistake, in plain words; undefined for every other message. The configuration and
 * the audit spec share these texts.
 */
export function plainYamlError(message: string): string | undefined {
  if (LIMIT_PROBLEMS.includes(message)) return message;
  const bracket = /^Flow (?:sequence|map) .* end with an? (.)/.exec(message)?.[1];
  if (bracket !== undefined) return `not valid YAML: a "${bracket}" is missing at the end of a list or map; add it before this line`;
  const quote = /^Missing closing (.)quote/.exec(message)?.[1];
  if (quote !== undefined) return `not valid YAML: a closing ${quote} is missing; add it before this line`;
  if (message.startsWith("Nested mappings are not allowed"))
    return 'not valid YAML: the line contains a second ": "; put the value in quotes';
  const tag = /^Unresolved tag: (.+)$/.exec(message)?.[1];
  return tag === undefined ? undefined : `not valid YAML: the tag ${tag} is not known; remove it`;
}

/** A file with thousands of mistakes is the wrong file. */
const MOST_LINES = 50;

/** The lines of the problems of a file, each one once. Those after the first ones are counted. */
export function problemLines(lines: readonly string[]): string {
  const different = [...new Set(lines)];
  const left = different.length - MOST_LINES;
  return (left > 0 ? [...different.slice(0, MOST_LINES), `and ${left} more lines like these`] : different).join("\n");
}
