import type { RepositoryFacts } from "./repository-facts.ts";

/** Major version of Node in the pipeline if the repository does not set one. */
const DEFAULT = 22;

/** The oldest major version of Node that offshoot supports (`engines` in package.json). */
const OLDEST = 20;

/** Major version of Node for the pipeline, from `.nvmrc`, `.node-version` or `engines`. */
export function nodeVersionOf({ texts }: RepositoryFacts, engines: string): { readonly major: number; readonly note: string | undefined } {
  const named = majorIn(texts[".nvmrc"]) ?? majorIn(texts[".node-version"]) ?? (isOpen(engines) ? undefined : majorIn(engines));
  if (named === undefined) return { major: DEFAULT, note: undefined };
  if (named >= OLDEST) return { major: named, note: undefined };
  return {
    major: DEFAULT,
    note: `The repository uses Node ${named}, but offshoot needs 20.19 or later. The pipeline uses Node ${DEFAULT}.`,
  };
}

/** Whether the range has no upper limit and includes the default. */
function isOpen(engines: string): boolean {
  return engines.startsWith(">") && (majorIn(engines) ?? 0) <= DEFAULT;
}

function majorIn(text: string | undefined): number | undefined {
  const major = /^[^\d]*(\d{1,3})(?!\d)/.exec(text?.trim() ?? "")?.[1];
  return major === undefined ? undefined : Number(major);
}
