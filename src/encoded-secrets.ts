import { type Needle, type Search, searchFor } from "./needle-search.ts";

/** A part of a text, as indexes of its first character and of the one after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A decoded form of a text: its UTF-8 bytes as characters, and where each of them comes from. */
interface View {
  readonly bytes: string;
  /** Undefined: byte `n` is character `n` of the text. */
  readonly spans: readonly Span[] | undefined;
}

/** A form of a secret that is searched for. `before` and `after`: neighbouring characters that show some of its bits. */
interface Form extends Needle {
  readonly before: number;
  readonly after: number;
}

/** The searches for all forms of some secrets: in a text, and in a text without its line breaks. */
interface Prepared {
  /** To notice that the list was changed. */
  readonly secrets: readonly string[];
  readonly whole: Search<Form>;
  readonly joined: Search<Form>;
}

/** Preparing the forms takes longer than searching them in a short text. */
const prepared = new WeakMap<readonly string[], Prepared>();

/** Shorter secrets occur in ordinary words, and an empty one occurs everywhere. */
const SHORTEST = 4;

/**
 * Passwords of service containers and examples. They protect nothing, and hiding these words would spoil ordinary messages. A
 * password in a URL is hidden by the form of the URL.
 */
const WELL_KNOWN = new Set([
  "admin",
  "changeme",
  "database",
  "example",
  "local",
  "offshoot",
  "pass",
  "password",
  "placeholder",
  "postgres",
  "root",
  "secret",
  "test",
]);

/** A shorter text is not searched across line breaks or in encoded form, because it would be found by accident. */
const SHORTEST_ENCODED = 5;
const SHORTEST_BROKEN = 8;

/**
 * Finds secrets in a text: in plain, URL-encoded, JSON-escaped, base64 (also base64url, at any position) and hexadecimal
 * form, each of them also when line breaks or spaces divide it. The spans are sorted and do not overlap.
 */
export function findSecrets(text: string, secrets: readonly string[]): readonly Span[] {
  if (secrets.length === 0 || text.length < SHORTEST) return [];
  const searches = searchesFor(secrets);
  const raw = viewOf(text);
  const decoded = [raw, unescapeUrl(raw), unescapeBackslashes(raw)].filter((view) => view !== undefined);
  const found = decoded.flatMap((view) => {
    const joined = withoutBreaks(view);
    return [...spansIn(view, searches.whole), ...(joined === view ? [] : spansIn(joined, searches.joined))];
  });
  return merge(found);
}

function searchesFor(secrets: readonly string[]): Prepared {
  const known = prepared.get(secrets);
  if (known?.secrets.length === secrets.length && known.secrets.every((secret, index) => secret === secrets[index])) return known;
  const searched = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST && !WELL_KNOWN.has(secret));
  const forms: readonly Form[] = searched.flatMap((secret) => [
    { bytes: toBytes(secret), before: 0, after: 0, ignoreCase: false },
    ...encodedForms(secret),
  ]);
  const broken = forms.filter(({ bytes }) => bytes.length >= SHORTEST_BROKEN).map(joinForm);
  const isLong = ({ bytes }: Form): boolean => bytes.length >= SHORTEST;
  const made = { secrets: [...secrets], whole: searchFor(forms), joined: searchFor(broken.filter(isLong)) };
  prepared.set(secrets, made);
  return made;
}

function spansIn(view: View, search: Search<Form>): readonly Span[] {
  const found: Span[] = [];
  search(view.bytes, ({ bytes, before, after }, at) => {
    const first = Math.max(0, at - before);
    const last = Math.min(view.bytes.length, at + bytes.length + after) - 1;
    found.push({ start: view.spans?.[first]?.start ?? first, end: view.spans?.[last]?.end ?? last + 1 });
  });
  return found;
}

function merge(spans: readonly Span[]): readonly Span[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** Programs often encode a text that was already escaped for JSON or a URL. */
function encodedForms(secret: string): readonly Form[] {
  const forms = new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]);
  return [...forms].flatMap((form) => [
    ...base64Forms(Buffer.from(form)),
    { bytes: Buffer.from(form).toString("hex"), before: 0, after: 0, ignoreCase: true },
  ]);
}

/**
 * The characters of base64 that a secret alone decides, for each of its three positions in groups of three bytes. The
 * characters at its borders also depend on its neighbours, so they are removed with it.
 */
function base64Forms(secret: Buffer): readonly Form[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), secret])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((shift * 8) / 6);
    const end = Math.floor(((shift + secret.length) * 8) / 6);
    const bytes = text.slice(first, end);
    if (bytes.length < SHORTEST_ENCODED) return [];
    const border = { before: shift === 0 ? 0 : 1, after: text.length > end ? 1 : 0, ignoreCase: false };
    const forUrls = bytes.replaceAll("+", "-").replaceAll("/", "_");
    return [...new Set([bytes, forUrls])].map((each) => ({ bytes: each, ...border }));
  });
}

function joinForm(form: Form): Form {
  return { ...form, bytes: form.bytes.replaceAll(/\s/g, "") };
}

function toBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function viewOf(text: string): View {
  // oxlint-disable-next-line no-control-regex -- ASCII, in which each character is one byte
  if (/^[\x00-\x7f]*$/.test(text)) return { bytes: text, spans: undefined };
  const spans: Span[] = [];
  let bytes = "";
  let start = 0;
  for (const character of text) {
    const encoded = toBytes(character);
    const end = start + character.length;
    for (let count = 0; count < encoded.length; count += 1) spans.push({ start, end });
    bytes += encoded;
    start = end;
  }
  return { bytes, spans };
}

const URL_ESCAPE = /%([0-9a-f]{2})/gi;
const BACKSLASH_ESCAPE = /\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([0-7]{3})|([^]))/gi;
const BREAKS = /\s+/g;
const LETTERS: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Undefined when the text has no such escapes. */
function unescapeUrl(view: View): View | undefined {
  if (!view.bytes.includes("%")) return undefined;
  return replaceIn(view, URL_ESCAPE, ([, hex = ""]) => byte(hex, 16));
}

/** Escapes of JSON, of shells and of programming languages. Undefined when the text has none. */
function unescapeBackslashes(view: View): View | undefined {
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
function withoutBreaks(view: View): View {
  return /\s/.test(view.bytes) ? replaceIn(view, BREAKS, () => "") : view;
}

function replaceIn(view: View, pattern: RegExp, replacement: (match: RegExpMatchArray) => string): View {
  const spans: Span[] = [];
  let bytes = "";
  let from = 0;
  const spanAt = (at: number): Span => view.spans?.[at] ?? { start: at, end: at + 1 };
  const keepUntil = (end: number): void => {
    bytes += view.bytes.slice(from, end);
    for (let at = from; at < end; at += 1) spans.push(spanAt(at));
  };
  for (const match of view.bytes.matchAll(pattern)) {
    keepUntil(match.index);
    from = match.index + match[0].length;
    const decoded = replacement(match);
    const span = { start: spanAt(match.index).start, end: spanAt(from - 1).end };
    for (let count = 0; count < decoded.length; count += 1) spans.push(span);
    bytes += decoded;
  }
  keepUntil(view.bytes.length);
  return { bytes, spans };
}
