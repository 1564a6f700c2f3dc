import { type ErrorCode, OffshootError } from "./errors.ts";
import { nearest } from "./nearest.ts";

/** The environment variables of a process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** A kind of URL that a flag accepts. */
export interface UrlKind {
  /** Completes "is not …", such as `a Postgres URL`. */
  readonly name: string;
  /** Completes "Give …", such as `a URL of the form http://HOST/PATH`. */
  readonly form: string;
  readonly matches: (text: string) => boolean;
}

/** A URL that the user gave. It may contain a password. */
export interface GivenUrl {
  readonly url: string;
  /** The environment variable that holds the URL; undefined when the URL itself was given. */
  readonly variable: string | undefined;
}

/** Whether a text can be the name of an environment variable. */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/**
 * Reads a URL, or the name of an environment variable that holds one: a password must not be on a command line, where
 * other users can see it. A text with `://` is a URL. Throws `URL_INVALID`. Errors name the flag and the variable, and
 * never show a value.
 */
export function readGivenUrl(text: string, flag: string, env: Env, kind: UrlKind): GivenUrl {
  const isUrl = text.includes("://");
  const isName = !isUrl && isVariableName(text);
  const url = isName ? valueOf(text, flag, env, "URL_INVALID", kind.matches) : text;
  if (kind.matches(url)) return { url, variable: isName ? text : undefined };
  const what = isName
    ? `The value of the environment variable ${text}, named by ${flag}, is not ${kind.name}.`
    : isUrl
      ? `The URL given by ${flag} is not ${kind.name}.`
      : `The value of ${flag} is not ${kind.name}, and not the name of an environment variable.`;
  throw new OffshootError("URL_INVALID", what, {
    remedy: `Give ${kind.form}, or the name of an environment variable that holds one.`,
  });
}

/** The value of the environment variable that a flag names, such as `--token METRICS_TOKEN`. Throws `USAGE`; never shows a value. */
export function readVariable(name: string, flag: string, env: Env): string {
  return valueOf(name, flag, env, "USAGE", () => true);
}

/** An empty variable counts as not set. `isCandidate` selects, by value, the variables that the error may suggest. */
function valueOf(name: string, flag: string, env: Env, code: ErrorCode, isCandidate: (value: string) => boolean): string {
  const value = env[name] ?? "";
  if (value !== "") return value;
  const candidates = Object.keys(env).filter((other) => env[other] !== undefined && env[other] !== "" && isCandidate(env[other]));
  const suggestion = nearest(name, candidates);
  const question = suggestion === undefined ? "" : ` Did you mean ${suggestion}?`;
  throw new OffshootError(code, `The environment variable ${name}, named by ${flag}, is not set.${question}`, {
    remedy: `Set ${name}, or name a variable that is set.`,
  });
}

/** Whether Node verifies no certificate in this environment (Node.js documentation, `NODE_TLS_REJECT_UNAUTHORIZED`). */
export function verifiesNoCertificate(env: Env): boolean {
  return env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0";
}
