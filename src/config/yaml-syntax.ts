import type * as Yaml from "yaml";
import type { Document, LineCounter, YAMLError } from "yaml";
import { plainYamlError } from "../yaml-errors.ts";

export interface SyntaxProblem {
  readonly line: number;
  readonly text: string;
}

// Enough for any real configuration. Nested aliases can otherwise expand to billions of values.
const MAX_ALIASES = 100;

const TEXTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "YAML does not allow tabs for indentation; use spaces",
  MULTIPLE_DOCS: 'a second YAML document starts here; remove this line "---"',
};

/**
 * The problems that make a document unusable as YAML. All duplicate keys are reported. Of other problems only the first
 * is reported, because the parser often reports wrong problems after it.
 */
export function syntaxProblems(text: string, document: Document, lines: LineCounter, yaml: typeof Yaml): readonly SyntaxProblem[] {
  const problems: readonly YAMLError[] = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    const duplicates = problems.filter(({ code }) => code === "DUPLICATE_KEY");
    const reported = duplicates.length > 0 ? duplicates : problems.slice(0, 1);
    return reported.map(({ code, message, pos }) => ({
      line: lines.linePos(pos[0]).line,
      text: explain(code, message, text.slice(pos[0])),
    }));
  }
  try {
    document.toJS({ maxAliasCount: MAX_ALIASES });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError)) throw thrown;
    return [aliasProblem(thrown.message, document, lines, yaml)];
  }
}

function explain(code: string, message: string, rest: string): string {
  if (code === "DUPLICATE_KEY") return `${/^[^\s:]+/.exec(rest)?.[0] ?? "a key"} is set twice; remove one of them`;
  return TEXTS[code] ?? plainYamlError(message) ?? `not valid YAML: ${message}`;
}

/** The library reports unknown anchors and too many aliases with the same error class and without a position. */
function aliasProblem(message: string, document: Document, lines: LineCounter, yaml: typeof Yaml): SyntaxProblem {
  const unknown = /^Unresolved alias.*: (.+)$/.exec(message)?.[1];
  let start = 0;
  yaml.visit(document, {
    Alias(_key, { source, range }) {
      if (unknown !== undefined && source !== unknown) return undefined;
      start = range?.[0] ?? 0;
      return yaml.visit.BREAK;
    },
  });
  const text =
    unknown === undefined
      ? "too many aliases; write the values without aliases"
      : `the anchor &${unknown} is not defined; define it before its first use`;
  return { line: lines.linePos(start).line, text };
}
