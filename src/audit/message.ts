import type { FactsByCode, Finding, FindingCode, FoundObject } from "./finding.ts";

/** A finding in words. */
export interface Message {
  /** What is wrong, as the end of a sentence that starts with the object. */
  readonly problem: string;
  /** Facts, one per line. */
  readonly details: readonly string[];
  /** What to do. */
  readonly remedy: string;
}

type Words = { readonly [C in FindingCode]: (facts: FactsByCode[C], object: FoundObject) => Message };

const WORDS: Words = {
  missing: ({ expected, nearest }, { kind }) => ({
    problem: `${kind} is missing`,
    details: [...line("wanted", expected), ...line("there is", nearest)],
    remedy:
      nearest === undefined
        ? "Add it in a migration, or take it out of the spec."
        : "If that is the same one, rename or change it in a migration, or correct the spec; else add it.",
  }),
  unexpected: ({ definition }, { kind }) => ({
    problem: `${kind} is not in the spec, which says "exactly"`,
    details: line("found", definition),
    remedy: "Drop it in a migration, or list it in the spec.",
  }),
  forbidden: ({ definition }, { kind }) => ({
    problem: `${kind} must be absent`,
    details: line("found", definition),
    remedy: "Drop it in a migration.",
  }),
  different: ({ property, expected, actual }, { kind }) => ({
    problem: `${kind} has another ${property}`,
    details: [...line("wanted", expected), ...line("found", actual)],
    remedy: "Change it in a migration, or correct the spec.",
  }),
  "version-different": ({ column, lacking, surplus }) => ({
    problem: `the migration versions in "${column}" are not those of the spec`,
    details: [...line("lacking", lacking.join(", ") || undefined), ...line("surplus", surplus.join(", ") || undefined)],
    remedy:
      surplus.length > 0
        ? "The database has migrations that the spec does not know, or two migrators ran at once: compare it with the migration files."
        : "Run the migrations.",
  }),
  "version-unreadable": ({ column, why }) => ({
    problem: `the migration versions in "${column}" can't be read: ${why}`,
    details: [],
    remedy:
      why === "no right to read it"
        ? "Grant select on it to the role that audits."
        : "Run the migrations, or correct table and column in the spec.",
  }),
  "overload-ambiguous": ({ other, call, notation }) => ({
    problem: `overload clashes with ${other}${NOTATIONS[notation]}`,
    details: [`undecided: ${call}`],
    remedy:
      notation === "untyped"
        ? "Give the arguments types at the call (?::type), or rename one of the functions."
        : "Drop the overload that is not wanted, rename one, or change its parameter names or defaults.",
  }),
  "index-invalid": ({ definition, constraint }, { name }) => ({
    problem: "index is invalid: a concurrent build failed; writes keep it up, queries don't use it",
    details: [`found: ${definition}`],
    remedy:
      constraint === undefined ? `reindex index concurrently ${name};` : `reindex index concurrently ${name}; it serves ${constraint}.`,
  }),
  "constraint-not-validated": ({ definition, on }, { name }) => ({
    problem: "constraint was never validated: rows that were there before may break it",
    details: [`found: ${definition}`],
    remedy: `alter ${on} validate constraint ${name.slice(on.slice(on.indexOf(" ") + 1).length + 1)};`,
  }),
  "postgres-different": ({ expected, actual }) => ({
    problem: `runs Postgres ${actual}, and the spec was written from Postgres ${expected}`,
    details: [],
    remedy: `Views were not compared by their texts, which differ between major versions. Write the spec anew from Postgres ${actual}.`,
  }),
  "ignore-expired": ({ until, why }) => ({
    problem: `the exception in the spec ended on ${until}`,
    details: [`it was: ${why}`],
    remedy: "Remove it, or give it a new date.",
  }),
};

const NOTATIONS: Readonly<Record<FactsByCode["overload-ambiguous"]["notation"], string>> = {
  positional: "",
  named: " in calls by parameter names",
  untyped: " in calls whose arguments have no types",
};

function line(word: string, text: string | undefined): readonly string[] {
  return text === undefined ? [] : [`${word}: ${text.replaceAll(/\s+/g, " ").trim()}`];
}

/** Says a finding in words. */
export function messageFor(finding: Finding): Message {
  // The table pairs each code with its facts, which TypeScript can't follow through a lookup.
  const words = WORDS[finding.code] as (facts: unknown, object: FoundObject) => Message;
  return words(finding.facts, finding.object);
}
