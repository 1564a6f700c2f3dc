import type { Facts } from "./facts.ts";

/** The Node that a pipeline gets where the repository names none. */
const DEFAULT = 22;

/** The oldest majors that offshoot runs on are even; odd ones live for half a year (package.json, `engines`). */
const LEAST = 20;

/** Major version of Node for the pipeline: `.nvmrc`, `.node-version`, or what `engines` asks for. */
export function nodeOf({ texts }: Facts, engines: string): { readonly major: number; readonly note: string | undefined } {
  const named = majorIn(texts[".nvmrc"]) ?? majorIn(texts[".node-version"]) ?? (isOpen(engines) ? undefined : majorIn(engines));
  if (named === undefined) return { major: DEFAULT, note: undefined };
  if (named >= LEAST) return { major: named, note: undefined };
  return { major: DEFAULT, note: `The repository names Node ${named}; offshoot needs 20.19 or later, so the pipeline has ${DEFAULT}.` };
}

/** A range without an end that holds the default. */
function isOpen(engines: string): boolean {
  return engines.startsWith(">") && (majorIn(engines) ?? 0) <= DEFAULT;
}

function majorIn(text: string | undefined): number | undefined {
  const major = /^[^\d]*(\d{1,3})(?!\d)/.exec(text?.trim() ?? "")?.[1];
  return major === undefined ? undefined : Number(major);
}
