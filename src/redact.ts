import { findSecrets, mergeSpans, type Span } from "./encoded-secrets.ts";
import { findKnownTokens } from "./known-tokens.ts";

/** Replaces a secret. */
const HIDDEN = "***";

/** What comes before a secret, and the secret. */
const FORMS: readonly RegExp[] = [
  /\b((?:password|pgpassword|passwd|api[-_]?key|neon_api_key|token)["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi,
  /\b(bearer\s+)[a-z0-9._~+/=-]{8,}/gi,
];

/**
 * Removes secrets from a text: each string of `secrets` in plain, URL-encoded, JSON-escaped, base64 and hexadecimal form,
 * also when line breaks divide it; and whatever looks like a secret: passwords in URLs, `password=…` pairs, bearer tokens,
 * and tokens of well-known services. Strings of fewer than four characters are ignored.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  return redactFrom(text, 0, secrets);
}

/** Removes only the strings of `secrets`, in the same forms. The other patterns could take a part of the JSON around them. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return hide(text, findSecrets(text, secrets));
}

/** The text from `from` on, without the secrets that are there or begin before it. */
export function redactFrom(text: string, from: number, secrets: readonly string[]): string {
  const spans = mergeSpans([...findSecrets(text, secrets), ...findUrlPasswords(text), ...findForms(text), ...findKnownTokens(text)]);
  return hide(
    text,
    spans.filter(({ end }) => end > from),
    from,
  );
}

function hide(text: string, spans: readonly Span[], from = 0): string {
  let clean = "";
  let at = from;
  for (const { start, end } of spans) {
    clean += text.slice(at, Math.max(at, start)) + HIDDEN;
    at = end;
  }
  return clean + text.slice(at);
}

/** A password can contain an `@`, so the last one of the URL ends it. The URL is searched once, also if it contains many others. */
function findUrlPasswords(text: string): readonly Span[] {
  const spans: Span[] = [];
  let url = { end: -1, at: -1 };
  for (const { index, 0: before } of text.matchAll(/:\/\/[^\s:/?#@"'<>]{0,255}:/g)) {
    const start = index + before.length;
    if (start > url.end) {
      const rest = /[^\s"'<>]*/y;
      rest.lastIndex = start;
      const found = rest.exec(text)?.[0] ?? "";
      url = { end: start + found.length, at: start + found.lastIndexOf("@") };
    }
    if (url.at >= start) spans.push({ start, end: url.at });
  }
  return spans;
}

function findForms(text: string): readonly Span[] {
  return FORMS.flatMap((form) =>
    [...text.matchAll(form)].map(({ index, 0: all, 1: before = "" }) => ({ start: index + before.length, end: index + all.length })),
  );
}
