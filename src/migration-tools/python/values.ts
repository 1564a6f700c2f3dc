import type { Token } from "./tokens.ts";

/** A value that a Python file writes out. `unknown`: it is computed; `text` is its source. */
export type Value =
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "none" }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [key: Value, value: Value])[] }
  | { readonly kind: "unknown"; readonly text: string };

/** Values by name. */
export type Scope = ReadonlyMap<string, Value>;

/** The position in the tokens of one expression. */
interface Cursor {
  readonly tokens: readonly Token[];
  readonly scope: Scope;
  at: number;
}

/** Deeper expressions are not settings of a person. */
const MOST_DEPTH = 50;

/** The value of an expression. Names are looked up in `scope`. Tuples, lists and sets are lists. */
export function valueOf(tokens: readonly Token[], scope: Scope): Value {
  const cursor = { tokens, scope, at: 0 };
  const value = expression(cursor, 0);
  if (peek(cursor) === undefined) return value;
  if (peek(cursor) !== ",") return unknown(tokens);
  const items = [value, ...rest(cursor, 0)];
  return peek(cursor) === undefined ? { kind: "list", items } : unknown(tokens);
}

/** The values after each comma. */
function rest(cursor: Cursor, depth: number): readonly Value[] {
  const items: Value[] = [];
  while (peek(cursor) === ",") {
    cursor.at += 1;
    const next = peek(cursor);
    if (next === undefined || CLOSING.has(next)) break;
    items.push(...element(cursor, depth));
  }
  return items;
}

const OPENING: ReadonlySet<string> = new Set(["(", "[", "{"]);
const CLOSING: ReadonlySet<string> = new Set([")", "]", "}"]);

/** An element of a list: one value, or those of `*other`. */
function element(cursor: Cursor, depth: number): readonly Value[] {
  if (peek(cursor) !== "*") return [expression(cursor, depth)];
  cursor.at += 1;
  const value = expression(cursor, depth);
  return value.kind === "list" ? value.items : [{ kind: "unknown", text: "*" }];
}

/** Values that are added with `+`. Any other operator makes the value unknown, up to the next comma. */
function expression(cursor: Cursor, depth: number): Value {
  const start = cursor.at;
  let value = atom(cursor, depth + 1);
  while (value !== undefined && peek(cursor) === "+") {
    cursor.at += 1;
    value = added(value, atom(cursor, depth + 1));
  }
  const next = peek(cursor);
  if (value !== undefined && (next === undefined || next === "," || next === ":" || CLOSING.has(next))) return value;
  cursor.at = start;
  skip(cursor);
  return unknown(cursor.tokens.slice(start, cursor.at));
}

/** Adds lists and strings. A list with an unknown part stays a list with an unknown item. */
export function added(one: Value, other: Value | undefined): Value | undefined {
  if (other === undefined) return undefined;
  if (one.kind === "string" && other.kind === "string") return { kind: "string", text: one.text + other.text };
  if (one.kind !== "list" && other.kind !== "list") return undefined;
  const items = [one, other].flatMap((each) => (each.kind === "list" ? each.items : [each.kind === "unknown" ? each : UNKNOWN]));
  return { kind: "list", items };
}

const UNKNOWN: Value = { kind: "unknown", text: "" };

function atom(cursor: Cursor, depth: number): Value | undefined {
  const token = cursor.tokens[cursor.at];
  if (token === undefined || depth > MOST_DEPTH) return undefined;
  cursor.at += 1;
  if (token.kind === "string") {
    let { text } = token;
    while (cursor.tokens[cursor.at]?.kind === "string") text += cursor.tokens[cursor.at++]?.text ?? "";
    return cursor.tokens[cursor.at]?.kind === "opaque" ? undefined : { kind: "string", text };
  }
  if (token.kind === "name") return named(token.text, cursor);
  if (token.text === "(" || token.text === "[") return bracketed(cursor, token.text, depth);
  return token.text === "{" ? braced(cursor, depth) : undefined;
}

function named(name: string, { tokens, at, scope }: Cursor): Value | undefined {
  if (name === "None") return { kind: "none" };
  // A call, an attribute or an index of the name is not its value.
  if (["(", ".", "["].includes(tokens[at]?.text ?? "") && tokens[at]?.kind === "operator") return undefined;
  return scope.get(name);
}

function bracketed(cursor: Cursor, open: string, depth: number): Value | undefined {
  const close = open === "(" ? ")" : "]";
  if (peek(cursor) === close) {
    cursor.at += 1;
    return { kind: "list", items: [] };
  }
  const first = element(cursor, depth);
  const isTuple = peek(cursor) === ",";
  const items = [...first, ...rest(cursor, depth)];
  if (peek(cursor) !== close) return undefined;
  cursor.at += 1;
  const [only] = items;
  return open === "(" && !isTuple && items.length === 1 && only !== undefined ? only : { kind: "list", items };
}

/** A dictionary or a set. */
function braced(cursor: Cursor, depth: number): Value | undefined {
  const entries: [Value, Value][] = [];
  const items: Value[] = [];
  while (peek(cursor) !== "}") {
    if (peek(cursor) === "**") {
      cursor.at += 1;
      const other = expression(cursor, depth);
      entries.push(...(other.kind === "dict" ? (other.entries as [Value, Value][]) : [[UNKNOWN, UNKNOWN] satisfies [Value, Value]]));
    } else {
      const key = expression(cursor, depth);
      if (peek(cursor) === ":") {
        cursor.at += 1;
        entries.push([key, expression(cursor, depth)]);
      } else items.push(key);
    }
    if (peek(cursor) === ",") cursor.at += 1;
    else if (peek(cursor) !== "}") return undefined;
  }
  cursor.at += 1;
  return items.length > 0 ? { kind: "list", items } : { kind: "dict", entries };
}

/** Moves to the end of an expression. */
function skip(cursor: Cursor): void {
  for (let depth = 0; cursor.at < cursor.tokens.length; cursor.at += 1) {
    const text = peek(cursor);
    if (text === undefined) continue;
    if (OPENING.has(text)) depth += 1;
    if (depth === 0 && (text === "," || CLOSING.has(text))) return;
    if (CLOSING.has(text)) depth -= 1;
  }
}

/** The operator at the cursor. Other words are an empty text. */
function peek({ tokens, at }: Cursor): string | undefined {
  const token = tokens[at];
  return token === undefined ? undefined : token.kind === "operator" ? token.text : "";
}

function unknown(tokens: readonly Token[]): Value {
  return { kind: "unknown", text: tokens.map(({ text }) => text).join("") };
}

/** The string, or undefined for another value. */
export function stringOf(value: Value | undefined): string | undefined {
  return value?.kind === "string" ? value.text : undefined;
}

/** The strings of one string, a list of strings, or `None`. Undefined if a part of the value is computed. */
export function stringsOf(value: Value | undefined): readonly string[] | undefined {
  if (value === undefined || value.kind === "none") return [];
  if (value.kind === "string") return [value.text];
  if (value.kind !== "list") return undefined;
  const texts = value.items.map(stringOf);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}
