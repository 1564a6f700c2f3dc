import type * as Yaml from "yaml";
import type { Document, DocumentOptions, ParseOptions, SchemaOptions } from "yaml";

/** The parser of the package `yaml`. A caller that starts fast loads it only when there is a file. */
export type YamlPackage = Pick<
  typeof Yaml,
  "CST" | "Document" | "Lexer" | "LineCounter" | "YAMLParseError" | "isCollection" | "isScalar" | "parseDocument" | "visit"
>;

/** More levels than in any file that a person writes. */
const MOST_LEVELS = 100;

/** Characters that the lexer adds, which are not in the text: marks of a document, a scalar and an error. */
const MARKS = new Set(["\u0002", "\u001F", "\u0018"]);

/** Replaces the key `__proto__`, which has a special meaning in JavaScript objects. */
export const PROTO_KEY = String.raw`\__proto__`;

const NESTED = "nested too deeply; use fewer levels";
const LARGE = "too many keys and values; remove what is not needed";
const CIRCLE = "the value of an anchor contains an alias of itself; write the value without it";

/** The texts of the problems that this file adds to a document. They are clear without the prefix "not valid YAML". */
export const LIMIT_PROBLEMS: readonly string[] = [NESTED, LARGE, CIRCLE];

/**
 * Parses YAML of unknown origin. The parser needs up to 7 GB and minutes for 900 kB of brackets, ends the process for deep
 * nesting, and compares each key of a map with every other. So levels and tokens are counted before it runs, and duplicate
 * keys are searched here. `maxTokens`: a line such as `key: value` has six. Problems are in `document.errors`, as usual.
 */
export function parseYaml(
  yaml: YamlPackage,
  text: string,
  maxTokens: number,
  options: ParseOptions & DocumentOptions & SchemaOptions = {},
): Document.Parsed {
  const excess = findExcess(yaml, text, maxTokens);
  if (excess !== undefined) {
    const document = new yaml.Document() as Document.Parsed;
    document.errors.push(new yaml.YAMLParseError([excess.offset, excess.offset + 1], "IMPOSSIBLE", excess.problem));
    options.lineCounter?.addNewLine(0);
    for (let at = text.indexOf("\n"); at !== -1 && at < excess.offset; at = text.indexOf("\n", at + 1))
      options.lineCounter?.addNewLine(at + 1);
    return document;
  }
  // At lower log levels the library prints warnings, with parts of the text.
  const document = yaml.parseDocument(text, { prettyErrors: false, logLevel: "error", ...options, uniqueKeys: false });
  addDuplicateKeys(yaml, document);
  addCircles(yaml, document);
  return document;
}

interface Excess {
  readonly offset: number;
  readonly problem: string;
}

/** Where a text exceeds a limit. The lexer alone needs little memory, and time in proportion to the text. */
function findExcess({ Lexer, CST }: YamlPackage, text: string, maxTokens: number): Excess | undefined {
  let [offset, lineStart, flowLevel, lastColumn, count] = [0, 0, 0, 0, 0];
  // The columns of the lists and maps in block style that are open.
  const columns: number[] = [];
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    const column = offset - lineStart;
    if (type === "flow-seq-start" || type === "flow-map-start") flowLevel += 1;
    else if (type === "flow-seq-end" || type === "flow-map-end") flowLevel = Math.max(0, flowLevel - 1);
    else if (type === "seq-item-ind" || type === "explicit-key-ind" || type === "map-value-ind") {
      // A map begins at its key, which is the token before the colon.
      if (flowLevel === 0) open(columns, type === "map-value-ind" ? lastColumn : column);
    }
    if (flowLevel + columns.length > MOST_LEVELS) return { offset, problem: NESTED };
    count += 1;
    if (count > maxTokens) return { offset, problem: LARGE };
    if (!MARKS.has(token)) {
      offset += token.length;
      if (type !== "space" && type !== "newline") lastColumn = column;
      const newline = token.lastIndexOf("\n");
      if (newline !== -1) lineStart = offset - token.length + newline + 1;
    }
  }
  return undefined;
}

function open(columns: number[], column: number): void {
  while ((columns.at(-1) ?? -1) > column) columns.pop();
  if (columns.at(-1) !== column) columns.push(column);
}

/** The parser's own error for a key that a map has twice. */
function addDuplicateKeys(yaml: YamlPackage, document: Document.Parsed): void {
  yaml.visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!yaml.isScalar(key)) continue;
        const start = key.range?.[0] ?? 0;
        if (seen.has(key.value))
          document.errors.push(new yaml.YAMLParseError([start, start + 1], "DUPLICATE_KEY", "Map keys must be unique"));
        seen.add(key.value);
      }
    },
  });
}

/**
 * The parser accepts an alias within the value of its own anchor, and makes a value of it that contains itself: whoever follows
 * it never comes to an end.
 */
function addCircles(yaml: YamlPackage, document: Document.Parsed): void {
  yaml.visit(document, {
    Alias(_, alias, path) {
      if (!path.some((node) => yaml.isCollection(node) && node.anchor === alias.source)) return;
      const target = alias.resolve(document);
      if (target === undefined || !path.includes(target)) return;
      const start = alias.range?.[0] ?? 0;
      document.errors.push(new yaml.YAMLParseError([start, start + 1], "BAD_ALIAS", CIRCLE));
    },
  });
}
