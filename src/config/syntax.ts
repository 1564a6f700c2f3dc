import type * as Yaml from "yaml";
import type { Document, LineCounter, YAMLError } from "yaml";

export interface SyntaxProblem {
  readonly line: number;
  readonly text: string;
}

// A configuration needs no more; a bomb of nested aliases has billions.
const MAX_ALIASES = 100;

const TEXTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab can't indent YAML; use spaces",
  MULTIPLE_DOCS: "a second document begins here; expected one",
};

/**
 * Why a document is no YAML that we take. Double keys are all told; of other faults the first only, since what
 * the parser finds after it is mostly its own confusion.
 */
export function syntaxProblems(text: string, document: Document, lines: LineCounter, yaml: typeof Yaml): readonly SyntaxProblem[] {
  const faults: readonly YAMLError[] = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const double = faults.filter(({ code }) => code === "DUPLICATE_KEY");
    const told = double.length > 0 ? double : faults.slice(0, 1);
    return told.map(({ code, message, pos }) => ({ line: lines.linePos(pos[0]).line, text: explain(code, message, text.slice(pos[0])) }));
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
  if (code === "DUPLICATE_KEY") return `${/^[^\s:]+/.exec(rest)?.[0] ?? "a key"} stands twice; remove one of them`;
  if (message.startsWith("Maximum call stack")) return "nested too deeply; expected keys and plain values";
  return TEXTS[code] ?? `no valid YAML: ${message}`;
}

/** The library tells unknown anchors and bombs apart by message alone, and names no place. */
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
  const text = unknown === undefined ? "too many aliases; write the values out" : `nothing is anchored as &${unknown}`;
  return { line: lines.linePos(start).line, text };
}
