import { detail, type KindsOf } from "../findings/kind.ts";
import type { RehearsalFacts } from "./facts.ts";

interface About {
  readonly migration?: string | undefined;
  readonly statement?: string | undefined;
  readonly perhaps?: readonly string[] | undefined;
  readonly sql: readonly string[];
  readonly measured?: string | undefined;
}

function details({ migration, statement }: About): readonly string[] {
  return [...detail("migration", migration), ...detail("statement", statement)];
}

/** Each report has the problem, so it also says that the statement and its place are not certain. */
function perhapsBy({ perhaps }: About): string {
  return perhaps === undefined
    ? ""
    : `. It cannot be seen whether this statement took the lock or another one of its message: ${perhaps.join("; ")}`;
}

/** Each statement ends as psql needs it, so that the statements can be pasted as one block. */
function way({ sql, measured }: About): readonly string[] {
  return [...sql.flatMap((each) => detail("safer", `${each};`)), ...detail("safer way rehearsed", measured)];
}

/** Of a statement that leaves something when it fails. */
function cleaning({ sql }: About): readonly string[] {
  return sql.flatMap((each) => detail("after the failure", `${each};`));
}

/** Without it, a reader takes the absence of findings about later migrations for harmless. */
const UNTRIED = detail("not rehearsed", "the statements and migrations after this one");

const FAILS = {
  yes: "since the migrations ran, also after them",
  no: "while the migrations run",
  "not seen": "since the migrations ran; after them it had no answer",
} as const;

/** The messages of a rehearsal. */
export const MESSAGES: {
  readonly [C in keyof RehearsalFacts]: KindsOf<RehearsalFacts>[C]["message"];
} = {
  "reads-blocked": (facts) => ({
    problem: `readers are blocked for ${facts.blocked}; at most ${facts.limit} is accepted${perhapsBy(facts)}`,
    details: [
      ...details(facts),
      ...detail("lock", `${facts.lock} on ${facts.table}`),
      ...detail("also blocked", facts.also?.join(", ")),
      ...detail("held during", facts.during),
      ...detail("judged from (busy machine)", facts.judgedFrom),
      ...way(facts),
    ],
    remedy: facts.advice,
  }),
  "writes-blocked": (facts) => ({
    problem: `writers are blocked for ${facts.blocked}; at most ${facts.limit} is accepted${perhapsBy(facts)}`,
    details: [
      ...details(facts),
      ...detail("lock", `${facts.lock} on ${facts.table}`),
      ...detail("also blocked", facts.also?.join(", ")),
      ...detail("held during", facts.during),
      ...detail("judged from (busy machine)", facts.judgedFrom),
      ...way(facts),
    ],
    remedy: facts.advice,
  }),
  "rows-locked": (facts) => ({
    problem: `${facts.rows} rows are ${facts.done} in one transaction and stay locked for ${facts.held}; at most ${facts.limit} is accepted`,
    details: [...details(facts), ...way(facts)],
    remedy: facts.advice,
  }),
  "table-rewritten": (facts) => ({
    problem: `all rows are written again: ${facts.size}; at most ${facts.limit} is accepted`,
    details: [...details(facts), ...way(facts)],
    remedy: facts.advice,
  }),
  "rows-missing": ({ used }) => ({
    problem: `has no rows in the copy, because they could not be restored${used === "yes" ? ": what the migrations cost with its rows was not measured" : ""}`,
    details: [],
    remedy:
      "A function in a check, an index or a generated column fails without a search path: give it one (alter function … set search_path), or rehearse on a Neon branch.",
  }),
  "parts-missing": ({ used, parts }) => ({
    problem: `is not complete in the copy, because ${parts.join(", ")} could not be restored${used === "yes" ? ": the figures do not have what the server does with it, and a violation of it was not seen" : ""}`,
    details: [],
    remedy:
      "A function that it uses fails without a search path: give it one (alter function … set search_path), or rehearse on a Neon branch.",
  }),
  "migration-slow": ({ took, limit, slowest }) => ({
    problem: `took ${took}; at most ${limit} is accepted`,
    details: slowest.flatMap((each) => detail("slow", each)),
    remedy: "Make the slow statements shorter, or raise rehearse.duration.",
  }),
  "fails-on-data": (facts) => ({
    problem: `fails on rows that exist: ${facts.error}`,
    details: [...details(facts), ...cleaning(facts), ...UNTRIED],
    remedy: facts.advice,
  }),
  "fails-by-timeout": (facts) => ({
    problem: `fails because of a time limit: ${facts.error}`,
    details: [
      ...details(facts),
      ...facts.settings.flatMap((setting) => detail("set for the role or the database", setting)),
      ...cleaning(facts),
      ...UNTRIED,
    ],
    remedy: facts.advice,
  }),
  "migration-fails": (facts) => ({
    problem: `fails: ${facts.error}`,
    details: [...details(facts), ...cleaning(facts), ...UNTRIED],
    remedy: facts.advice,
  }),
  "not-rehearsed": (facts) => ({
    problem: `cannot run in the copy: ${facts.error}`,
    details: [...details(facts), ...UNTRIED],
    remedy: facts.advice,
  }),
  "exception-expired": ({ until, reason }) => ({
    problem: `the exception has expired on ${until}, and does not count any more`,
    details: detail("its reason", reason),
    remedy: "Remove it, or set a later day in rehearse.tables.",
  }),
  "exception-unmatched": ({ nearest, reason }) => ({
    problem: `the copy has no table with this name, before or after the migrations, so the exception has no effect${nearest === undefined ? "" : `. Did you mean ${nearest}?`}`,
    details: detail("its reason", reason),
    remedy: "Correct the name in rehearse.tables, as schema.table or without the schema, in the same case. Or remove the exception.",
  }),
  "traffic-fails": ({ statement, during, after, causes, isLasting }) => ({
    problem: `fails ${FAILS[isLasting]}`,
    details: [
      ...detail("statement", statement),
      ...causes.flatMap((cause) => detail("error", cause)),
      ...detail("during the migrations", during),
      ...detail("after them", after),
    ],
    remedy:
      isLasting !== "no"
        ? "Deploy an application that works with both schemas before the migration, and remove what it no longer uses in a later one."
        : "Make the migration shorter, or let the application try again.",
  }),
  "traffic-waits": ({ statement, longest, usual, before, during, after }) => ({
    problem: `waits up to ${longest} while the migrations run; ${usual} before them`,
    details: [
      ...detail("statement", statement),
      ...detail("all statements before", before),
      ...detail("all statements during the migrations", during),
      ...detail("all statements after", after),
    ],
    remedy: "Compare it with what your users accept. The findings about tables have a safer way.",
  }),
  "lock-without-timeout": (facts) => ({
    problem: `${facts.lock}${facts.index === undefined ? "" : ` on the index ${facts.index}`} is requested without a lock_timeout: ${facts.lock === "ACCESS EXCLUSIVE" ? "while it waits for a long query, everybody else waits behind it" : "while it waits for a long transaction that writes, all other writers wait behind it"}${perhapsBy(facts)}`,
    details: [...details(facts), ...way(facts)],
    remedy: facts.advice,
  }),
};
