/** A decoded form of a text: its UTF-8 bytes as characters. */
export interface View {
  readonly bytes: string;
  /** Where each of them comes from. Undefined: byte `n` is character `n` of the text. Most texts have no secret, and need no map. */
  readonly map: (() => SpanMap) | undefined;
}

/** The spans of all bytes, in two arrays in place of an object for each: a command can write many megabytes. */
interface SpanMap {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** The UTF-8 bytes of a text as characters. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** The text itself. */
export function viewOf(text: string): View {
  // In ASCII, and only there, each character is one byte.
  if (Buffer.byteLength(text) === text.length) return { bytes: text, map: undefined };
  const bytes = toBytes(text);
  return { bytes, map: once(() => mapOfCharacters(text, bytes.length)) };
}

function mapOfCharacters(text: string, length: number): SpanMap {
  const { starts, ends } = emptyMap(length);
  let at = 0;
  let start = 0;
  for (const character of text) {
    const count = Buffer.byteLength(character);
    starts.fill(start, at, at + count);
    ends.fill(start + character.length, at, at + count);
    at += count;
    start += character.length;
  }
  return { starts, ends };
}

function emptyMap(length: number): SpanMap {
  return { starts: new Int32Array(length), ends: new Int32Array(length) };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

const URL_ESCAPE = /%([0-9a-f]{2})/gi;
const BACKSLASH_ESCAPE = /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([0-7]{3})|([^]))/gi;
const BREAKS = /\s+/g;
const LETTERS: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Undefined when the text has no such escapes. */
export function unescapeUrl(view: View): View | undefined {
  if (!view.bytes.includes("%")) return undefined;
  return replaceIn(view, URL_ESCAPE, ([, hex = ""]) => byte(hex, 16));
}

/** Escapes of JSON, of shells and of programming languages. Undefined when the text has none. */
export function unescapeBackslashes(view: View): View | undefined {
  if (!view.bytes.includes("\\")) return undefined;
  return replaceIn(view, BACKSLASH_ESCAPE, ([, unicode, hex, octal, letter = ""]) => {
    if (unicode !== undefined) return toBytes(String.fromCharCode(Number.parseInt(unicode, 16)));
    if (hex !== undefined) return byte(hex, 16);
    return octal === undefined ? (LETTERS[letter] ?? letter) : byte(octal, 8);
  });
}

function byte(digits: string, base: number): string {
  return String.fromCharCode(Number.parseInt(digits, base) & 0xff);
}

/** The same view when there is nothing to join. */
export function withoutBreaks(view: View): View {
  return /\s/.test(view.bytes) ? replaceIn(view, BREAKS, () => "") : view;
}

function replaceIn(view: View, pattern: RegExp, replacement: (match: RegExpMatchArray) => string): View {
  const matches = once(() =>
    [...view.bytes.matchAll(pattern)].map((match) => ({ index: match.index, length: match[0].length, decoded: replacement(match) })),
  );
  const bytes = pattern === BREAKS ? view.bytes.replace(BREAKS, "") : joined(view.bytes, matches());
  return { bytes, map: once(() => mapOf(view, matches(), bytes.length)) };
}

interface Replaced {
  readonly index: number;
  readonly length: number;
  readonly decoded: string;
}

function joined(text: string, replaced: readonly Replaced[]): string {
  let from = 0;
  let bytes = "";
  for (const { index, length, decoded } of replaced) {
    bytes += text.slice(from, index) + decoded;
    from = index + length;
  }
  return bytes + text.slice(from);
}

function mapOf(view: View, replaced: readonly Replaced[], length: number): SpanMap {
  const before = view.map?.();
  const startOf = (index: number): number => before?.starts[index] ?? index;
  const endOf = (index: number): number => before?.ends[index] ?? index + 1;
  const { starts, ends } = emptyMap(length);
  let at = 0;
  let from = 0;
  const keepUntil = (end: number): void => {
    for (; from < end; from += 1, at += 1) {
      starts[at] = startOf(from);
      ends[at] = endOf(from);
    }
  };
  for (const { index, length: count, decoded } of replaced) {
    keepUntil(index);
    from = index + count;
    starts.fill(startOf(index), at, at + decoded.length);
    ends.fill(endOf(from - 1), at, at + decoded.length);
    at += decoded.length;
  }
  keepUntil(view.bytes.length);
  return { starts, ends };
}
