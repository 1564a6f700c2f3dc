import { areEqual, isConstant, isTruthy } from "./constants.ts";

/** One comparison that a condition needs. `right` is a text in small letters; `TRUE` means that `left` is true. */
export interface Literal {
  readonly left: string;
  readonly equals: boolean;
  readonly right: string;
}

/** Comparisons that must all be true. */
export type Conjunction = readonly Literal[];

export const TRUE = "(true)";

// A longer condition is cut: what is not compared can be true.
const MOST = 64;
// The parser calls itself for each bracket.
const MOST_TOKENS = 500;

const TOKEN = /\s*(?:('(?:[^']|'')*')|(&&|\|\||[=!<>]=|[!<>(),])|((?:[\w.*-]|\[[^\]]*\])+))/y;

/**
 * Whether a condition is a text and not an expression: characters around `${{ }}`, also a line break at the end of a block, make it
 * one, and a text that is not empty is true (GitHub documentation, "Evaluate expressions": an expression in a text is replaced by its value).
 */
export function isText(condition: string): boolean {
  const around = condition.replaceAll(/\$\{\{(?:'(?:[^']|'')*'|[^'])*?\}\}/g, "");
  return around !== condition && around !== "";
}

/** One condition that is true when all are. */
export function joined(...conditions: readonly string[]): string {
  const needed = conditions.filter((condition) => condition.trim() !== "");
  if (needed.length < 2) return needed[0] ?? "";
  return needed.map((condition) => (isText(condition) ? "true" : `(${bare(condition)})`)).join(" && ");
}

function bare(condition: string): string {
  return condition.replaceAll(/^\s*\$\{\{|\}\}\s*$/g, "");
}

/**
 * The alternatives of a condition of GitHub Actions (GitHub documentation, "Evaluate expressions"): it is true when all
 * comparisons of one of them are. Status functions and parts that are not compared are left out, because they can be true.
 * No alternative: the condition is always false.
 */
export function alternativesOf(condition: string): readonly Conjunction[] {
  if (isText(condition)) return [[]];
  const tokens = tokensOf(bare(condition));
  if (tokens === undefined || tokens.length === 0 || tokens.length > MOST_TOKENS) return [[]];
  const parser = parserOf(tokens);
  const parsed = parser.either();
  return parser.atEnd() ? parsed(true) : [[]];
}

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ""; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const [, quoted, operator, word] = TOKEN.exec(text) ?? [];
    const name = word?.toLowerCase().replaceAll(/\[\s*'([\w-]+)'\s*\]/g, ".$1");
    // A manual start has its inputs under two names.
    const token = quoted ?? operator ?? name?.replace(/^github\.event\.inputs\./, "inputs.");
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

/** The alternatives of a part, or of its negation. */
type Part = (isTrue: boolean) => readonly Conjunction[];

function parserOf(tokens: readonly string[]): { readonly either: () => Part; readonly atEnd: () => boolean } {
  let at = 0;
  const take = (...wanted: readonly string[]): string | undefined => (wanted.includes(tokens[at] ?? "") ? tokens[at++] : undefined);

  const either = (): Part => chain(both, "||", (isTrue, parts) => (isTrue ? anyOf(parts, true) : allOf(parts, false)));
  const both = (): Part => chain(not, "&&", (isTrue, parts) => (isTrue ? allOf(parts, true) : anyOf(parts, false)));
  const chain = (next: () => Part, operator: string, join: (isTrue: boolean, parts: readonly Part[]) => readonly Conjunction[]): Part => {
    const parts = [next()];
    while (take(operator) !== undefined) parts.push(next());
    return (isTrue) => join(isTrue, parts);
  };
  const not = (): Part => {
    if (take("!") === undefined) return compared();
    const inner = not();
    return (isTrue) => inner(!isTrue);
  };
  const compared = (): Part => {
    if (take("(") !== undefined) {
      const inner = either();
      take(")");
      return inner;
    }
    const left = value();
    const operator = take("==", "!=", "<", ">", "<=", ">=");
    if (operator === undefined) return alone(left);
    const right = value();
    return comparison(left, operator, right);
  };
  /** A text, a name, or a call with its arguments, as one text. */
  const value = (): string => {
    let text = tokens[at++] ?? "";
    if (tokens[at] !== "(") return text;
    for (let depth = 0; at < tokens.length;) {
      const token = tokens[at++] ?? "";
      text += token;
      depth += token === "(" ? 1 : token === ")" ? -1 : 0;
      if (depth === 0) break;
    }
    return text;
  };
  return { either, atEnd: () => at >= tokens.length };
}

/** The alternatives under which two conditions are true. */
export function bothOf(one: readonly Conjunction[], other: readonly Conjunction[]): readonly Conjunction[] {
  if (one.length * other.length > MOST) return one;
  return cut(one.flatMap((a) => other.map((b) => [...a, ...b])));
}

function cut(all: readonly Conjunction[]): readonly Conjunction[] {
  return all.length > MOST || all.some((each) => each.length > MOST) ? [[]] : all;
}

function allOf(parts: readonly Part[], isTrue: boolean): readonly Conjunction[] {
  return parts.reduce<readonly Conjunction[]>((all, part) => bothOf(all, part(isTrue)), [[]]);
}

function anyOf(parts: readonly Part[], isTrue: boolean): readonly Conjunction[] {
  return cut(parts.flatMap((part) => part(isTrue)));
}

const STATUS = /^(?:always|cancelled|failure|success)\(\)$/;

function alone(text: string): Part {
  if (STATUS.test(text)) return () => [[]];
  if (isConstant(text)) return constantPart(isTruthy(text));
  return memberOf(text) ?? ((isTrue) => [[{ left: text, equals: isTrue, right: TRUE }]]);
}

function constantPart(value: boolean): Part {
  return (isTrue) => (isTrue === value ? [[]] : []);
}

/** `contains(fromJSON('["a", "b"]'), name)` is a comparison with each text of the list. */
function memberOf(text: string): Part | undefined {
  const [, json = "", name] = /^contains\(fromjson\('([^]*)'\),([\w.*-]+)\)$/.exec(text) ?? [];
  const list = name === undefined ? undefined : listOf(json.replaceAll("''", "'"));
  if (name === undefined || list === undefined) return undefined;
  const literals = (equals: boolean): readonly Literal[] => list.map((each) => ({ left: name, equals, right: each.toLowerCase() }));
  return (isTrue) => (isTrue ? cut(literals(true).map((literal) => [literal])) : [literals(false)]);
}

function listOf(json: string): readonly string[] | undefined {
  try {
    const list = JSON.parse(json) as unknown;
    return Array.isArray(list) && list.every((each) => typeof each === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

function comparison(left: string, operator: string, right: string): Part {
  // `'push' == github.event_name` is the same as the other way round.
  const [name, text] = isConstant(left) && !isConstant(right) ? [right, left] : [left, right];
  if (!/^[!=]=$/.test(operator) || !isConstant(text)) return () => [[]];
  const equals = operator === "==";
  if (isConstant(name)) return constantPart(areEqual(name, text) === equals);
  if (text === "true" || text === "false")
    return (isTrue) => [[{ left: name, equals: (text === "true") === (equals === isTrue), right: TRUE }]];
  const plain = text.replaceAll(/^'|'$/g, "").toLowerCase();
  return (isTrue) => [[{ left: name, equals: equals === isTrue, right: plain }]];
}
