import { msOfTime } from "../day.ts";
import { type Env, isVariableName } from "../environment.ts";
import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { isPostgresUrl, readPostgresUrl } from "../postgres/url.ts";

/** Where one side of a comparison comes from. */
export type Source =
  /** A database that the repository's migrations create from nothing. `ref`: those of another commit; default the working tree. */
  | { readonly kind: "migrations"; readonly ref?: string }
  /** The Neon branch that runs start from. */
  | { readonly kind: "parent" }
  /** The database of this run. */
  | { readonly kind: "run" }
  /** A Neon branch by name or id. `at` is a time with offset, or an LSN. */
  | { readonly kind: "branch"; readonly name: string; readonly at: string | undefined }
  /** A spec file. Only what it contains is compared. */
  | { readonly kind: "spec"; readonly path: string }
  /** A Postgres URL, which can contain a password. `variable` is the environment variable that it was read from. */
  | { readonly kind: "url"; readonly url: string; readonly variable: string | undefined };

/** The form of each source and its meaning, for errors and the documentation. */
export const SOURCE_FORMS = {
  migrations: "the schema that the repository's migrations create in an empty database",
  "migrations@REF": "the same with the files of a git commit, branch or tag, such as `migrations@origin/main`",
  parent: "the Neon branch that runs start from, at `neon.parentAt` if that is set",
  run: "the database of this run, which `offshoot up` created",
  "branch:NAME": "a Neon branch, by name or id",
  "branch:NAME@TIME": "the same branch at a time with offset, such as `2026-01-31T12:00:00Z`",
  "branch:NAME@LSN": "the same branch at an LSN, such as `0/1A2B3C4D`",
  "a spec file (.yaml or .yml)": "what the spec contains, and nothing else",
  "a Postgres URL": "that database. Prefer the name of a variable: other users can see a command line",
  "the name of an environment variable that holds one": "the database at that URL",
} as const;

const AT_REF = "migrations@";
const KEYWORDS = ["migrations", "parent", "run"] as const;
/** The usual form of an environment variable's name: such a text is never a misspelt word. */
const IN_CAPITALS = /^[A-Z][A-Z0-9_]*$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;
const LSN = /^[0-9a-f]{1,8}\/[0-9a-f]{1,8}$/i;

/**
 * Reads the source of one side; `flag` names it in errors. Throws `USAGE` for an unknown source, with the nearest known
 * one, and `URL_INVALID`. No error shows a URL or the value of a variable.
 */
export function parseSource(text: string, flag: string, env: Env): Source {
  const word = KEYWORDS.find((known) => known === text);
  if (word !== undefined) return { kind: word };
  if (text.startsWith(AT_REF)) return refSource(text.slice(AT_REF.length), flag);
  if (text.startsWith("branch:")) return branchSource(text.slice("branch:".length), flag);
  const isSet = isVariableName(text) && (env[text] ?? "") !== "";
  if (text.includes("://") || isSet || IN_CAPITALS.test(text)) return { kind: "url", ...readPostgresUrl(text, flag, env) };
  if (/\.ya?ml$/i.test(text)) return { kind: "spec", path: text };
  throw unknownSource(text, flag, env);
}

/** What starts with a hyphen would be a flag of git. */
function refSource(ref: string, flag: string): Source {
  if (/^[^\s-][^\s\0]*$/.test(ref)) return { kind: "migrations", ref };
  throw new OffshootError("USAGE", `${flag} ${AT_REF}${ref} does not name a git commit.`, {
    remedy: `Write ${flag} ${AT_REF}origin/main.`,
  });
}

/** A branch name can contain an `@`. Only what follows the last `@` and starts like a time or an LSN is one. */
function branchSource(text: string, flag: string): Source {
  const cut = text.lastIndexOf("@");
  const [name, at] = cut < 0 ? [text, undefined] : [text.slice(0, cut), text.slice(cut + 1)];
  if (at !== undefined && (TIME.test(at) ? !Number.isNaN(msOfTime(at)) : LSN.test(at)) && name !== "") return { kind: "branch", name, at };
  if (text !== "" && (at === undefined || !/^(?:\d|[0-9a-f]+\/|$)/i.test(at)) && name !== "")
    return { kind: "branch", name: text, at: undefined };
  throw new OffshootError(
    "USAGE",
    name === ""
      ? `${flag} branch:${text} does not name a branch.`
      : `${flag} branch:${text}: ${at} is neither a time with offset nor an LSN.`,
    {
      remedy:
        "Write branch:main, branch:main@2026-01-31T12:00:00Z or branch:main@0/1A2B3C4D. If the branch name contains an @, use the branch id.",
    },
  );
}

function unknownSource(text: string, flag: string, env: Env): OffshootError {
  const variables = Object.keys(env).filter((name) => isPostgresUrl(env[name] ?? ""));
  const [, word = "", rest = ""] = /^([a-z]+)[:=](.*)$/i.exec(text) ?? [];
  const isBranch = word === "branch" || nearest(word, ["branch"]) !== undefined;
  const meant = isBranch ? `branch:${rest}` : nearest(text, [...KEYWORDS, ...variables]);
  const question = meant === undefined ? "" : ` Did you mean ${meant}?`;
  return new OffshootError("USAGE", `${flag} ${JSON.stringify(text)} is not a known source.${question}`, {
    remedy: `Use one of: ${Object.keys(SOURCE_FORMS).join(", ")}.`,
  });
}
