import { findSecrets, type Span } from "./encoded-secrets.ts";

/** Replaces a secret. */
const HIDDEN = "***";

const URL_PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'<>]*):[^\s"'<>]*@/gi;
const KEY_VALUE = /\b(password|pgpassword|passwd|api[-_]?key|neon_api_key|token)(["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi;
const BEARER = /\b(bearer\s+)[a-z0-9._~+/=-]{8,}/gi;
const NEON_KEY = /\bnapi_[a-z0-9]{8,}/gi;

/**
 * Removes secrets from a text: each string of `secrets` in plain, URL-encoded, JSON-escaped, base64 and hexadecimal form,
 * also when line breaks divide it; and whatever looks like a secret: passwords in URLs, `password=…` pairs, bearer tokens
 * and Neon API keys. Strings of fewer than four characters are ignored.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  return redactPatterns(hide(text, findSecrets(text, secrets)));
}

/** Removes only the strings of `secrets`, in the same forms. The other patterns could take a part of the JSON around them. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return hide(text, findSecrets(text, secrets));
}

/** The text from `from` on, without the secrets that are there or begin before it. */
export function redactFrom(text: string, from: number, secrets: readonly string[]): string {
  const spans = findSecrets(text, secrets).filter(({ end }) => end > from);
  return redactPatterns(hide(text, spans, from));
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

function redactPatterns(text: string): string {
  return text
    .replace(URL_PASSWORD, `$1:${HIDDEN}@`)
    .replace(KEY_VALUE, `$1$2${HIDDEN}`)
    .replace(BEARER, `$1${HIDDEN}`)
    .replace(NEON_KEY, HIDDEN);
}
