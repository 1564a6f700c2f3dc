import { toBytes, unescapeBackslashes, unescapeUrl, type View, viewOf, withoutBreaks } from "./decoded-text.ts";
import { type Needle, type Search, searchFor } from "./needle-search.ts";

/** A part of a text, as indexes of its first character and of the one after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
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
  const decoded = [raw, ...decodedTwice(raw, unescapeUrl), ...decodedTwice(raw, unescapeBackslashes)];
  const found = decoded.flatMap((view) => {
    const joined = withoutBreaks(view);
    return [...spansIn(view, searches.whole), ...(joined === view ? [] : spansIn(joined, searches.joined))];
  });
  return mergeSpans(found);
}

/** A text in JSON is often a text of another JSON, and a URL a parameter of another URL. */
function decodedTwice(view: View, decode: (view: View) => View | undefined): readonly View[] {
  const once = decode(view);
  const twice = once && decode(once);
  return [once, twice].filter((each) => each !== undefined);
}

function searchesFor(secrets: readonly string[]): Prepared {
  const known = prepared.get(secrets);
  if (known?.secrets.length === secrets.length && known.secrets.every((secret, index) => secret === secrets[index])) return known;
  const searched = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST && !WELL_KNOWN.has(secret));
  const forms: readonly Form[] = searched.flatMap((secret) => [
    // Forms of the Web (`application/x-www-form-urlencoded`) have a plus sign for a space.
    ...[...new Set([secret, secret.replaceAll(" ", "+")])].map((text) => ({
      bytes: toBytes(text),
      before: 0,
      after: 0,
      ignoreCase: false,
    })),
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
    const map = view.map?.();
    found.push({ start: map?.starts[first] ?? first, end: map?.ends[last] ?? last + 1 });
  });
  return found;
}

/** Sorts spans, and joins those that overlap or touch. */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
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
