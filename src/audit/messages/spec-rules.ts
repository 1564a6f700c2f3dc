import { line, type Words } from "./words.ts";

/** The words of what a spec asked for. */
export const ASKED: Words<
  | "missing"
  | "unexpected"
  | "forbidden"
  | "different"
  | "version-different"
  | "version-unreadable"
  | "version-several"
  | "version-unknown"
  | "heads-different"
  | "name-different"
  | "postgres-different"
  | "ignore-expired"
> = {
  missing: ({ expected, nearest }, { kind }) => ({
    problem: `${kind} is missing`,
    details: [...line("wanted", expected), ...line("there is", nearest)],
    remedy:
      nearest === undefined
        ? "Add it in a migration, or take it out of the spec."
        : "If that is the same one, rename or change it in a migration, or correct the spec; else add it.",
  }),
  unexpected: ({ definition, overload }, { kind }) => ({
    problem:
      overload === true ? "overload is not in the spec, which lists all of them" : `${kind} is not in the spec, which says "exactly"`,
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
    details: [...line("wanted", near(expected, actual)), ...line("found", near(actual, expected))],
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
        : why === "the heads of the repository are not known"
          ? 'Set migrations.tool and migrations.files to a tool whose heads can be read, or list the versions with "equals".'
          : "Run the migrations, or correct table and column in the spec.",
  }),
  "heads-different": ({ tool, expected, actual, pending, unknown, several }) => ({
    problem:
      several.length > 0
        ? `the ${tool} migrations of the repository have several heads: ${several.join(", ")}`
        : `the database is at ${actual.join(", ") || "no migration"}, the ${tool} migrations of the repository are at ${expected.join(", ") || "none"}`,
    details: [
      ...line("the database is at", several.length > 0 ? actual.join(", ") || "no migration" : undefined),
      ...line("not applied", pending.join(", ") || undefined),
      ...line("not in the repository", unknown.join(", ") || undefined),
    ],
    remedy:
      several.length > 0
        ? "Let one of them build upon the other, or join them in a migration that follows both."
        : unknown.length > 0
          ? "The database was migrated from another branch of the code: bring those migrations here, or start from another database."
          : "Run the migrations: offshoot migrate.",
  }),
  "name-different": ({ expected }, { kind }) => ({
    problem: `the name of the ${kind} is not like ${expected}`,
    details: [],
    remedy: "Rename it in a migration, or correct the rule under naming.",
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
  "version-several": ({ column, values }) => ({
    problem: `there are ${values.length} migration versions in "${column}", where one head is usual`,
    details: line("found", values.join(", ")),
    remedy: "Merge the branches of the migrations in one that follows them all; if two migrators ran at once, see which of them is done.",
  }),
  "version-unknown": ({ column, values }) => ({
    problem: `the migration versions in "${column}" are not all in the repository`,
    details: line("unknown", values.join(", ")),
    remedy: "The database was migrated from another branch of the code: bring those migrations here, or start from another database.",
  }),
};

/** Of a long text, what stands around its first difference from the other: the rest is in the finding's facts. */
function near(text: string, other: string): string {
  const [flat, rival] = [text, other].map((each) => each.replaceAll(/\s+/g, " ").trim()) as [string, string];
  if (flat.length <= LONG && rival.length <= LONG) return flat;
  let at = 0;
  while (at < flat.length && flat[at] === rival[at]) at++;
  const start = Math.max(0, at - LONG / 4);
  return `${start > 0 ? "…" : ""}${flat.slice(start, start + LONG)}${start + LONG < flat.length ? "…" : ""}`;
}

/** In characters: about two lines of a terminal. */
const LONG = 200;
