import { type Env, isVariableName } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { isPostgresUrl, readPostgresUrl } from "../postgres/url.ts";

/** What one side of a comparison is taken from. */
export type Source =
  /** What the repository's migrations make of an empty database. */
  | { readonly kind: "migrations" }
  /** The Neon branch that runs start from. */
  | { readonly kind: "parent" }
  /** This run's own database. */
  | { readonly kind: "run" }
  /** A Neon branch by name or id; `at` is a time with offset or an LSN. */
  | { readonly kind: "branch"; readonly name: string; readonly at: string | undefined }
  /** A spec file: its words, and nothing beyond them. */
  | { readonly kind: "spec"; readonly path: string }
  /** A Postgres URL, which may hold a password; `variable` is where it was read from. */
  | { readonly kind: "url"; readonly url: string; readonly variable: string | undefined };

/** How each source is written, and what it stands for: in errors and in the manual. */
export const SOURCE_FORMS = {
  migrations: "what the repository's migrations make of an empty database",
  parent: "the Neon branch that runs start from, at `neon.parentAt` where that is set",
  run: "this run's own database, as `offshoot up` made it",
  "branch:NAME": "a Neon branch, by name or id",
  "branch:NAME@TIME": "the same as it was at a time with offset, such as `2026-01-31T12:00:00Z`",
  "branch:NAME@LSN": "the same as it was at a place in its log, such as `0/1A2B3C4D`",
  "a spec file (.yaml or .yml)": "what the spec says, and nothing beyond that",
  "a Postgres URL": "that database; better by name, since a command line is seen by others",
  "the name of an environment variable that holds one": "the database behind it",
} as const;

const WORDS = ["migrations", "parent", "run"] as const;
/** The usual form of an environment variable's name: such a text is never a misspelt word. */
const IN_CAPITALS = /^[A-Z][A-Z0-9_]*$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;
const LSN = /^[0-9a-f]{1,8}\/[0-9a-f]{1,8}$/i;

/**
 * Reads the source of one side; `flag` names it in errors. Throws `USAGE` for an unknown source, with the nearest known
 * one, and `URL_INVALID`. No error shows a URL or the value of a variable.
 */
export function parseSource(text: string, flag: string, env: Env): Source {
  const word = WORDS.find((known) => known === text);
  if (word !== undefined) return { kind: word };
  if (text.startsWith("branch:")) return branchSource(text.slice("branch:".length), flag);
  const isSet = isVariableName(text) && (env[text] ?? "") !== "";
  if (text.includes("://") || isSet || IN_CAPITALS.test(text)) return { kind: "url", ...readPostgresUrl(text, flag, env) };
  if (/\.ya?ml$/i.test(text)) return { kind: "spec", path: text };
  throw unknownSource(text, flag, env);
}

/** A name may hold an `@` itself: only what follows the last one and begins as a time or an LSN does is taken for one. */
function branchSource(text: string, flag: string): Source {
  const cut = text.lastIndexOf("@");
  const [name, at] = cut < 0 ? [text, undefined] : [text.slice(0, cut), text.slice(cut + 1)];
  if (at !== undefined && (TIME.test(at) ? !Number.isNaN(Date.parse(at)) : LSN.test(at)) && name !== "")
    return { kind: "branch", name, at };
  if (text !== "" && (at === undefined || !/^(?:\d|[0-9a-f]+\/|$)/i.test(at)) && name !== "")
    return { kind: "branch", name: text, at: undefined };
  throw new OffshootError(
    "USAGE",
    name === "" ? `${flag} branch:${text} names no branch.` : `${flag} branch:${text}: ${at} is neither a time with offset nor an LSN.`,
    { remedy: "Write branch:main, branch:main@2026-01-31T12:00:00Z or branch:main@0/1A2B3C4D; a branch whose name holds an @ by its id." },
  );
}

function unknownSource(text: string, flag: string, env: Env): OffshootError {
  const variables = Object.keys(env).filter((name) => isPostgresUrl(env[name] ?? ""));
  const [, word = "", rest = ""] = /^([a-z]+)[:=](.*)$/i.exec(text) ?? [];
  const isBranch = word === "branch" || nearest(word, ["branch"]) !== undefined;
  const meant = isBranch ? `branch:${rest}` : nearest(text, [...WORDS, ...variables]);
  const question = meant === undefined ? "" : ` Did you mean ${meant}?`;
  return new OffshootError("USAGE", `${flag} ${JSON.stringify(text)} is not a known source.${question}`, {
    remedy: `Give one of: ${Object.keys(SOURCE_FORMS).join(", ")}.`,
  });
}
