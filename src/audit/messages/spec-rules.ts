import { detail, type KindsOf } from "../../findings/kind.ts";
import type { AuditFacts } from "../facts.ts";

/** The message functions of some codes. */
export type MessagesOf<C extends keyof AuditFacts> = { readonly [K in C]: KindsOf<AuditFacts>[K]["message"] };

/** The messages of the rules that compare the database with a spec or with the repository's migrations. */
export const SPEC_MESSAGES: MessagesOf<
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
  | "baseline-outdated"
> = {
  missing: ({ expected, nearest }, { kind }) => ({
    problem: `${kind} is missing`,
    details: [...detail("expected", expected), ...detail("similar", nearest)],
    remedy:
      nearest === undefined
        ? "Add it in a migration, or remove it from the spec."
        : "If the similar one is meant, rename or change it in a migration, or correct the spec. Otherwise add the missing one in a migration.",
  }),
  unexpected: ({ definition, overload }, { kind }) => ({
    problem:
      overload === true
        ? "overload is not in the spec, which lists all overloads of this function"
        : `${kind} is not in the spec, which has the mode "exactly"`,
    details: detail("found", definition),
    remedy: "Drop it in a migration, or add it to the spec.",
  }),
  forbidden: ({ definition }, { kind }) => ({
    problem: `${kind} exists, but the spec says "absent: true"`,
    details: detail("found", definition),
    remedy: "Drop it in a migration.",
  }),
  different: ({ property, expected, actual }, { kind }) => ({
    problem: `${kind} differs from the spec: ${property}`,
    details: [...detail("expected", nearDifference(expected, actual)), ...detail("found", nearDifference(actual, expected))],
    remedy: "Change it in a migration, or correct the spec.",
  }),
  "version-different": ({ column, lacking, surplus }) => ({
    problem: `the migration versions in "${column}" differ from the spec`,
    details: [...detail("missing", joined(lacking)), ...detail("not in the spec", joined(surplus))],
    remedy:
      surplus.length > 0
        ? "The database has migrations that the spec does not list, or two migrators ran at the same time. Compare the table with the migration files."
        : "Run the migrations.",
  }),
  "version-unreadable": ({ column, why }) => ({
    problem: `the migration versions in "${column}" could not be read: ${why}`,
    details: [],
    remedy: READ_REMEDIES[why],
  }),
  "heads-different": ({ tool, expected, actual, pending, unknown, several }) => ({
    problem:
      several.length > 0
        ? `the ${tool} migrations in the repository have several heads: ${several.join(", ")}`
        : `the database is at ${joined(actual) ?? "no migration"}, but the ${tool} migrations in the repository are at ${joined(expected) ?? "no migration"}`,
    details: [
      ...detail("the database is at", several.length > 0 ? (joined(actual) ?? "no migration") : undefined),
      ...detail("not applied", joined(pending)),
      ...detail("not in the repository", joined(unknown)),
    ],
    remedy:
      several.length > 0
        ? "Make one of them follow the other, or add a migration that joins them."
        : unknown.length > 0
          ? OTHER_BRANCH
          : "Run the migrations: npx offshoot migrate.",
  }),
  "name-different": ({ expected }, { kind }) => ({
    problem: `the name of the ${kind} does not match ${expected}`,
    details: [],
    remedy: "Rename it in a migration, or correct the rule under naming.",
  }),
  "postgres-different": ({ expected, actual }) => ({
    problem: `the server runs Postgres ${actual}, but the spec was written from Postgres ${expected}`,
    details: [],
    remedy: `The definitions of views and rules were not compared, since they look different in each major version. Write the spec again from Postgres ${actual}.`,
  }),
  "ignore-expired": ({ until, why }) => ({
    problem: `the exception in the spec expired on ${until}`,
    details: [`its reason: ${why}`],
    remedy: "Remove it, or set a new date.",
  }),
  "baseline-outdated": ({ accepted, since, why }) => ({
    problem: `the finding ${accepted}, which was accepted on ${since}, no longer exists`,
    details: [`its reason: ${why}`],
    remedy: "offshoot audit --baseline removes it from the baseline.",
  }),
  "version-several": ({ column, values }) => ({
    problem: `"${column}" holds ${values.length} migration versions, where one is usual`,
    details: detail("found", joined(values)),
    remedy:
      "Add a migration that merges the branches. If two migrators ran at the same time, compare the schema with both versions and remove the wrong row.",
  }),
  "version-unknown": ({ column, values }) => ({
    problem: `"${column}" holds migration versions that are not in the repository`,
    details: detail("unknown", joined(values)),
    remedy: OTHER_BRANCH,
  }),
};

const OTHER_BRANCH =
  "The database was migrated from another branch of the code. Add those migrations to the repository, or start from another database.";

const READ_REMEDIES: Readonly<Record<AuditFacts["version-unreadable"]["why"], string>> = {
  "no such table": "Run the migrations, or correct the table in the spec.",
  "no such column": "Correct the column in the spec.",
  "permission denied": "Run the audit as a role that can read the table.",
  "reading it can run code of the database":
    "Use an ordinary table: no view, no partitions, no child tables, no casts of its types, and no functions of the database in its indexes, statistics, checks and policies.",
  "the heads of the repository are not known":
    'Set migrations.tool and migrations.files to a tool with readable heads, or list the versions with "equals".',
};

function joined(versions: readonly string[]): string | undefined {
  return versions.length === 0 ? undefined : versions.join(", ");
}

/** The part of a long text around its first difference from the other. The finding's facts hold the whole text. */
function nearDifference(text: string, other: string): string {
  const [flat, otherFlat] = [text, other].map((each) => each.replaceAll(/\s+/g, " ").trim()) as [string, string];
  if (flat.length <= LONGEST && otherFlat.length <= LONGEST) return flat;
  let at = 0;
  while (at < flat.length && flat[at] === otherFlat[at]) at++;
  const start = Math.max(0, at - LONGEST / 4);
  return `${start > 0 ? "…" : ""}${flat.slice(start, start + LONGEST)}${start + LONGEST < flat.length ? "…" : ""}`;
}

/** In characters: about two lines of a terminal. */
const LONGEST = 200;
