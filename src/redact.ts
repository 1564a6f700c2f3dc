/** Replaces a secret. */
const HIDDEN = "***";

const URL_PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@"'<>]*):[^\s"'<>]*@/gi;
const KEY_VALUE = /\b(password|pgpassword|passwd|api[-_]?key|neon_api_key|token)(["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi;
const BEARER = /\b(bearer\s+)[a-z0-9._~+/=-]{8,}/gi;
const NEON_KEY = /\bnapi_[a-z0-9]{8,}/gi;

/**
 * Removes secrets from a text: passwords in URLs, `password=…` pairs, bearer tokens, Neon API keys, and each string of
 * `secrets` in plain and URL-encoded form.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    // Very short strings occur in ordinary words, and an empty string occurs everywhere.
    if (secret.length < 4) continue;
    clean = clean.replaceAll(secret, HIDDEN).replaceAll(encodeURIComponent(secret), HIDDEN);
  }
  return clean
    .replace(URL_PASSWORD, `$1:${HIDDEN}@`)
    .replace(KEY_VALUE, `$1$2${HIDDEN}`)
    .replace(BEARER, `$1${HIDDEN}`)
    .replace(NEON_KEY, HIDDEN);
}
