import { posix } from "node:path";
import type { PlannedFile } from "./plan.ts";

/** What decides where the hook and the line for direnv go. Paths are relative to the root of the checkout. */
export interface HookFacts {
  /** The folder in which git looks for hooks, and the one in which it looks unless `core.hooksPath` is set. */
  readonly hooksFolder: string;
  readonly usualFolder: string;
  /** Whether husky is used: its folder of hooks exists. */
  readonly husky: boolean;
  /** The path of lefthook's configuration file, if there is one. */
  readonly lefthook: string | undefined;
  /** Texts of the files that exist already, by path. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface HooksPlan {
  readonly files: readonly PlannedFile[];
  readonly notes: readonly string[];
  readonly next: readonly string[];
}

/** The folder with the records (`identity/branch-record.ts`), by which a text is recognised too. */
const RECORDS = "offshoot-databases";

/**
 * The hook, without its first line. It starts only git and standard programs, and reads only the records that `offshoot up` wrote and `.env`.
 * It must start nothing of the checkout, not even offshoot: the branch that was just checked out can contain another
 * `node_modules/offshoot`, or an `.npmrc` that makes npx load a file.
 */
const SCRIPT = `# offshoot: prints after a checkout whether the git branch has a database. It starts nothing that the branch contains.
if [ "\${3:-0}" = 1 ] && branch=$(git symbolic-ref --quiet --short HEAD); then
  record=$(git rev-parse --git-path ${RECORDS})/$(printf '%s' "$branch" | sed 's/%/%25/g; s|/|%2F|g')
  if [ -f "$record" ] && { read -r name && read -r id; } <"$record"; then
    echo "offshoot: the database of this git branch is $name" >&2
  else
    id=
    echo "offshoot: this git branch has no database yet. To create one: npx offshoot up" >&2
  fi
  if grep -q '^OFFSHOOT_DATABASE_ID=' .env 2>/dev/null && ! { [ -n "$id" ] && grep -qF -- "$id" .env; }; then
    echo "offshoot: .env has the URL of another database. To change it: npx offshoot env --write .env" >&2
  fi
fi
`;

const SHELL = "#!/bin/sh\n";

/** A file that git tracks is part of the branch, and its variables can make every program do something else. */
const ENVRC = `# offshoot: loads the URLs that \`npx offshoot env --write .env\` wrote. A .env that git tracks is not loaded.
if ! git ls-files --error-unmatch .env >/dev/null 2>&1; then dotenv_if_exists .env; fi
`;

/** Decides where the hook and the line for direnv are written, or which text the user must add. */
export function planHooks(facts: HookFacts): HooksPlan {
  const envrc = filePlan(".envrc", ENVRC, facts.texts, "dotenv_if_exists .env");
  const { file, notes } = planHook(facts);
  const next = [...(envrc.state === "new" ? ["direnv allow"] : []), "npx offshoot env --write .env"];
  return { files: [file, envrc], notes, next };
}

function planHook({ hooksFolder, usualFolder, husky, lefthook, texts }: HookFacts): { file: PlannedFile; notes: readonly string[] } {
  if (lefthook !== undefined) {
    const text = `post-checkout:\n  commands:\n    offshoot:\n      run: |\n${indented(`set -- {1} {2} {3}\n${SCRIPT}`)}`;
    const note = `lefthook manages the hooks here (${lefthook}). Add the command to it, then run \`lefthook install\`.`;
    return { file: addedTo(lefthook, text, texts), notes: [note] };
  }
  if (husky) {
    const note = "husky manages the hooks here. All who work on the repository get a hook that is in .husky.";
    return { file: addedTo(".husky/post-checkout", SCRIPT, texts), notes: [note] };
  }
  const path = posix.join(hooksFolder, "post-checkout");
  if (hooksFolder !== usualFolder) {
    const note = `core.hooksPath is set to ${hooksFolder}, which other repositories can use too, so nothing was written there.`;
    return { file: addedTo(path, SCRIPT, texts), notes: [note] };
  }
  return { file: filePlan(path, `${SHELL}${SCRIPT}`, texts, RECORDS, SCRIPT), notes: [] };
}

/** A new file with `text`, unless one exists: then `toAdd` is for the user, unless the file already contains `mark`. */
function filePlan(path: string, text: string, texts: HookFacts["texts"], mark: string, toAdd = text): PlannedFile {
  const present = texts[path];
  if (present === undefined) return { path, state: "new", text };
  if (present === text) return { path, state: "same", text: "" };
  return present.includes(mark) ? { path, state: "kept", text: "" } : { path, state: "add", text: toAdd };
}

function addedTo(path: string, text: string, texts: HookFacts["texts"]): PlannedFile {
  const present = texts[path];
  if (present === undefined) return { path, state: "missing", text: `${SHELL}${text}` };
  return present.includes(RECORDS) ? { path, state: "kept", text: "" } : { path, state: "add", text };
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "        ");
}
