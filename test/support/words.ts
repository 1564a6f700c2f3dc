import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Checks that the project uses plain words: one word for one thing, and the usual word. `npm run check:words` prints each
 * place with the word to use instead, and fails when it finds one. `-- PATH...` limits it to some paths.
 */

/** Words that must not appear, alone or as a part of an identifier, and what to write instead. */
const WORDS: Readonly<Record<string, string>> = {
  tell: "report, show, print",
  tells: "reports, shows",
  told: "reported, shown",
  telling: "reporting",
  teller: "reporter",
  mend: "fix",
  mends: "fixes",
  mended: "fixed",
  mending: "fixing",
  anew: "again",
  stands: "is",
  stand: "be",
  stood: "was",
  standing: "(the real verb)",
  goes: "is deleted",
  gone: "deleted, missing, ended",
  asker: "caller",
  bear: "be safe with",
  bears: "has",
  mildest: "lowest severity",
  kin: "the like",
  lest: "so that … not",
  heed: "use",
  afresh: "again",
  gate: "readiness, check",
  gates: "checks",
  ledger: "version table, repair state",
  keeper: "idle reaper",
  sleeper: "stopped server",
  asleep: "stopped",
  story: "command summary",
  chapter: "phase",
  seal: "finalize",
  sealed: "finalized",
  sealing: "finalizing",
  seat: "slot",
  heart: "heartbeat",
};

/** Phrases that must not appear, and what to write instead. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/(?<!there |There )\b(?:is|are|was|were) no (?!longer\b|more\b)[a-z]/, "is not a valid X, is not X"],
  [/\bmay not\b/i, "must not, cannot"],
  [/\bonce more\b/i, "again"],
  [/\bwithout leave\b/i, "without permission, unless allowed"],
  [/\bpassed over\b/i, "skipped"],
  [/\btak(?:es?|en|ing) for equal\b/i, "ignores"],
  [/\bin force\b/i, "used, set"],
  [/\bthat much is known|no more is known\b/i, "(leave out)"],
  [/\b(?:to|can|can't|could|cannot|may|not) be had\b/i, "available, not available"],
  [/\bfor want of\b/i, "without"],
  [/\bwithout a word\b/i, "silently"],
  [/\bas (?:Neon|Postgres|GitHub|npm) has it\b/, "as X does"],
  [/\b(?:it|which|that|nothing|what|file|row) (?:lies|rests)\b/i, "is, is idle"],
  [/\bsays of\b/i, "reports about"],
  [/\bby leave\b|\bwith leave\b/i, "with permission"],
  [/\bnone the (?:less|wiser)\b/i, "(say it plainly)"],
  [/\bso to (?:say|speak)\b/i, "(leave out)"],
  [/\bis as good as\b|\bas good as none\b/i, "counts as"],
];

const PLACES = [
  "src",
  "mocks",
  "test",
  "bench",
  "bin",
  "docs",
  "examples",
  "schema",
  ".ci",
  ".github",
  "README.md",
  "CHANGELOG.md",
  "action.yml",
];

/** This list itself, other people's words, and data. */
const EXEMPT =
  /^test\/support\/words\.ts$|^test\/fixtures\/|^test\/peers\/|package-lock\.json$|^mocks\/ci\/|^mocks\/neon\/openapi|^examples\/.*\.sql$|\.(?:png|svg|patch)$/;

const paths = process.argv.slice(2);
const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z", "--", ...(paths.length > 0 ? paths : PLACES)], {
  encoding: "utf8",
  maxBuffer: 2 ** 26,
});

const found = listed
  .split("\0")
  .filter((file) => file !== "" && !EXEMPT.test(file))
  .flatMap((file) => placesIn(file));

function placesIn(file: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // Listed by git, and deleted in the working tree.
    return [];
  }
  return text.split("\n").flatMap((line, index) => problemsOf(line).map((problem) => `${file}:${index + 1}: ${problem}`));
}

function problemsOf(line: string): readonly string[] {
  const words = line
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => Object.hasOwn(WORDS, word));
  return [
    ...new Set(words.map((word) => `"${word}": use ${WORDS[word]}`)),
    ...PHRASES.flatMap(([pattern, instead]) => {
      const [match] = pattern.exec(line) ?? [];
      return match === undefined ? [] : [`"${match}": use ${instead}`];
    }),
  ];
}

if (found.length > 0) {
  process.stderr.write(`${found.join("\n")}\n\n${found.length} places use words that docs/architecture.md replaces.\n`);
  process.exitCode = 1;
}
