import type { Span } from "./encoded-secrets.ts";

/**
 * A token is a whole word: a longer word that contains such a text is something else. It also keeps the time linear, because a
 * search starts only at the beginning of a word.
 */
const token = (form: string): RegExp => new RegExp(String.raw`(?<![A-Za-z0-9_-])(?:${form})`, "g");

/** Tokens of well-known services, whose form shows what they are. */
const TOKENS: readonly RegExp[] = [
  // Neon: API reference, "Authentication".
  /\bnapi_[a-z0-9]{8,}/gi,
  // GitHub Docs: "About authentication to GitHub", token formats. GitHub Changelog, 2026-05-15: tokens of apps contain a JWT.
  token("gh[pour]_[A-Za-z0-9]{30,255}|ghs_[A-Za-z0-9._-]{30,2000}|github_pat_[A-Za-z0-9_]{22,255}"),
  // GitLab Docs: "Token overview", token prefixes.
  token("(?:glpat|gloas|gldt|glrt|glrtr|glptt|glft|glsoat|glcbt|glagent)-[A-Za-z0-9_.-]{20,300}"),
  // Stripe Docs: "API keys", and "Resolve webhook signature verification errors".
  token("(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,255}"),
  // AWS IAM User Guide: "IAM identifiers", unique ID prefixes.
  token("A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
  // Slack: "Tokens", token types.
  token("(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,255}"),
  // GitHub Blog: "Announcing npm's new access token format", 2021.
  token("npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
  // PyPI: "Secret reporting API", token format.
  token("pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,2000}"),
  // SendGrid Docs: "API keys".
  token(String.raw`SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`),
  // GitHub Docs: "Supported secret scanning patterns": Google, Anthropic, OpenAI.
  token("AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])|sk-(?:ant|proj|svcacct)-[A-Za-z0-9_-]{20,300}"),
  // DigitalOcean: API reference, "Authentication".
  token("do[opr]_v1_[a-f0-9]{64}"),
  // HashiCorp Vault Docs: "Tokens", token prefixes.
  token(String.raw`hv[sbr]\.[A-Za-z0-9_-]{24,}`),
  // Supabase Docs: "Management API", authentication.
  token("sbp_[a-f0-9]{40}"),
  // RFC 7519, section 3.1, and RFC 7515, section 7.1: `eyJ` is the beginning of JSON in base64url. The signature can be empty.
  token(String.raw`eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`),
];

/** RFC 7468, section 10, and RFC 1421, section 4.6, for its headers. In a JSON text, a line break is `\n`. The end can be cut off. */
const BREAK = String.raw`(?:\s|\\[nr])+`;
const PRIVATE_KEY = new RegExp(
  String.raw`(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----)(?:${BREAK}[A-Z][A-Za-z-]{3,20}: [^\n\\]*){0,5}(?:${BREAK}[A-Za-z0-9+/=]{16,})+(?:${BREAK}[A-Za-z0-9+/=]+(?=${BREAK}-----END))?`,
  "g",
);

/** Finds the tokens of well-known services, and what is between the first and the last line of private keys. */
export function findKnownTokens(text: string): readonly Span[] {
  const tokens = TOKENS.flatMap((form) => [...text.matchAll(form)].map((found) => ({ start: found.index, end: endOf(found) })));
  if (!text.includes("PRIVATE KEY-----")) return tokens;
  const keys = [...text.matchAll(PRIVATE_KEY)].map((found) => ({ start: found.index + (found[1] ?? "").length, end: endOf(found) }));
  return [...tokens, ...keys];
}

function endOf({ index, 0: { length } }: RegExpExecArray): number {
  return index + length;
}
