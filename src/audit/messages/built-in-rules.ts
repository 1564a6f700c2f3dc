import { quoted } from "../../catalog/quote.ts";
import { detail } from "../../findings/kind.ts";
import type { AuditFacts } from "../facts.ts";
import type { MessagesOf, SPEC_MESSAGES } from "./spec-rules.ts";

/** The messages of the built-in rules, which need no spec. */
export const BUILT_IN_MESSAGES: MessagesOf<Exclude<keyof AuditFacts, keyof typeof SPEC_MESSAGES>> = {
  "overload-ambiguous": ({ other, call, notation }) => ({
    problem: `calls match this overload and ${other} equally well${NOTATIONS[notation]}`,
    details: [`ambiguous: ${call}`],
    remedy:
      notation === "untyped" || notation === "cast"
        ? "Cast the arguments in the call to the types of one overload (?::type), or rename one of the functions."
        : "Drop the overload that is not needed, rename one, or change its parameter names or defaults.",
  }),
  "index-invalid": ({ definition, constraint, partitioned }, { name }) => ({
    problem:
      partitioned === true
        ? "index is invalid: a partition has no part of it, or an invalid one"
        : "index is invalid: a concurrent build failed. Writes update it, but queries do not use it",
    details: [`found: ${definition}`],
    remedy:
      partitioned === true
        ? `Build a valid index on each partition, then attach each: alter index ${name} attach partition …;`
        : rebuildIndex(name, definition, constraint),
  }),
  "index-duplicate": ({ definition, other, constraint, partitioned }, { name }) => ({
    problem: `index is equal to ${other}, and each write updates both`,
    details: [`found: ${definition}`],
    remedy:
      constraint === undefined
        ? dropIndex(name, partitioned)
        : `Drop the constraint ${constraint}, which owns the index. Create foreign keys that refer to it again.`,
  }),
  "index-overlapping": ({ definition, other, otherDefinition, partitioned }, { name }) => ({
    problem: `index has the first keys of ${other}, which can answer the same queries`,
    details: [`found: ${definition}`, `beside: ${otherDefinition}`],
    remedy: `If you do not need the smaller index: ${dropIndex(name, partitioned)}`,
  }),
  "constraint-not-validated": ({ definition, on }, { name }) => ({
    problem: "constraint was never validated: older rows can break it",
    details: [`found: ${definition}`],
    remedy: `alter ${on} validate constraint ${name.slice(on.slice(on.indexOf(" ") + 1).length + 1)};`,
  }),
  "foreign-key-unindexed": ({ definition, on, columns, partitioned }) => ({
    problem: "foreign key has no index: each delete or key change in the other table reads this whole table",
    details: [`found: ${definition}`],
    remedy:
      partitioned === true
        ? `create index on ${on} (${columns.join(", ")}); This blocks writes during the build. If rows of the other table are never deleted, ignore the finding in the spec instead.`
        : `create index concurrently on ${on} (${columns.join(", ")}); If rows of the other table are never deleted, ignore the finding in the spec instead.`,
  }),
  "foreign-key-types": ({ pairs }) => ({
    problem: "foreign key joins columns of different types: some values do not fit, and some joins cannot use an index",
    details: pairs.flatMap((pair) => detail("found", pair)),
    remedy: "Give both columns the wider type.",
  }),
  "table-without-primary-key": ({ candidate, column }, { name }) => ({
    problem: "table has no primary key: logical replication cannot update it, and equal rows cannot be distinguished",
    details: [],
    remedy:
      candidate !== undefined
        ? `alter table ${name} add primary key using index ${quoted(candidate)};`
        : column === undefined
          ? `alter table ${name} add primary key (…); with columns that identify a row.`
          : `alter table ${name} add column ${column} bigint generated always as identity primary key; or use columns that already identify a row.`,
  }),
  "sequence-near-end": ({ last, end, used, column }) => ({
    problem: `sequence is used up to ${used}: inserts fail after its last number`,
    details: [`last: ${last}`, `end: ${end}`],
    remedy:
      column === undefined ? "Give it a larger type and maximum." : `Change ${column} and the sequence to bigint before the sequence ends.`,
  }),
  "sequence-behind": ({ next, highest, column }, { name }) => ({
    problem: "sequence is behind its column: inserts will fail with duplicate keys",
    details: [`next: ${next}`, `highest in ${column}: ${highest}`],
    remedy: `select setval('${name.replaceAll("'", "''")}', ${highest});`,
  }),
  "trigger-disabled": ({ definition, on }, { kind, name }) => ({
    problem:
      kind === "constraint" ? `constraint is not enforced: its triggers on ${on} are disabled` : "trigger is disabled and does nothing",
    details: [`found: ${definition}`],
    remedy:
      kind === "constraint"
        ? `alter table ${on} enable trigger all; Then drop the constraint and add it again, which checks the rows.`
        : `alter table ${on} enable trigger ${name.slice(on.length + 1)}; or drop it.`,
  }),
  "row-security-without-policies": ({ state, granted = [], tables }, { name }) =>
    tables === undefined
      ? {
          problem: `row security is ${state} without a policy: ${state === "forced" ? "no ordinary role sees a row" : "only the owner sees rows"}`,
          details: detail("rights without effect", granted.join(", ")),
          remedy: `If only the owner reads it: revoke all on table ${name} from ${granted.join(", ")}; Otherwise find out which migration should have created its policy.`,
        }
      : {
          problem: `only their owner can use ${tables.length === 1 ? "1 table" : `${tables.length} tables`}: row security without a policy, and no rights of other roles`,
          details: detail("tables", shortList(tables)),
          remedy: "Nothing, if that is intended.",
        },
  "policies-without-row-security": ({ policies }, { name }) => ({
    problem: "row security is off, so the table's policies have no effect",
    details: detail("policies", policies.join(", ")),
    remedy: `alter table ${name} enable row level security;`,
  }),
  "definer-without-search-path": (_, { name }) => ({
    problem: "function runs with its owner's rights, but resolves names with its caller's search_path",
    details: [],
    remedy: `alter routine ${name} set search_path = …, pg_temp; with the schemas that it uses.`,
  }),
  "function-broken": ({ why, by }) => ({
    problem: "the body does not fit the schema: calls will fail",
    details: [...detail("error", why), ...(by === "plpgsql_check" ? ["found by: plpgsql_check"] : [])],
    remedy: "Replace the function in a migration so that it fits the current schema, or drop it.",
  }),
  "functions-not-checked": ({ why, count }) => ({
    problem: `the bodies of ${count === 1 ? "one function" : `${count} functions`} were not checked against the schema: ${why === "missing" ? "the database has no PL/pgSQL, in which the check is written" : "this role cannot use PL/pgSQL, in which the check is written"}`,
    details: [],
    remedy: why === "missing" ? "create extension plpgsql;" : "Audit as a role that can use PL/pgSQL.",
  }),
  "owner-different": ({ owner, expected }, { kind }) => ({
    problem: `${kind} belongs to ${owner}, but most objects of its schema belong to ${expected}: a migration that runs as one role cannot alter the objects of the other`,
    details: [],
    remedy: `Find out who runs migrations as ${owner}. Then change the owner (alter … owner to ${expected})${OWNERS_RIGHTS[kind] ?? "."}`,
  }),
  "collation-stale": ({ recorded, actual }, { kind, name }) => ({
    problem: `${kind} was ${kind === "database" ? "created" : "recorded"} with version ${recorded} of its collation, but the server has ${actual}: indexes on text can be out of order`,
    details: [],
    remedy: `Reindex the indexes that use it, then: alter ${kind} ${name} refresh ${kind === "database" ? "collation version" : "version"};`,
  }),
};

/** With another owner, what runs with the rights of its owner can gain rights. */
const OWNERS_RIGHTS: Readonly<Record<string, string>> = {
  view: ", unless the view must read with the rights of its owner.",
  function: ", unless the function is a security definer and must have the rights of its owner.",
};

function shortList(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more` : names.join(", ");
}

const MOST_NAMES = 10;

/** What `reindex concurrently` leaves when it fails (PostgreSQL documentation, REINDEX). The index itself exists beside it. */
const LEFT_BY_REINDEX = /_cc(?:new|old)\d*"?$/;

function rebuildIndex(name: string, definition: string, constraint: string | undefined): string {
  if (LEFT_BY_REINDEX.test(name)) return `drop index concurrently ${name}; A reindex that failed left it beside the index itself.`;
  const isUnique = definition.startsWith("CREATE UNIQUE");
  const first = isUnique ? "Change or delete rows with equal keys, if there are any. Then: " : "";
  if (constraint === undefined) return `${first}reindex index concurrently ${name};`;
  // Postgres rebuilds the index of an exclusion constraint only with a lock.
  const how = isUnique && !definition.includes(" USING gist ") ? "concurrently " : "";
  return `${first}reindex index ${how}${name}; The index belongs to the constraint ${constraint}.`;
}

function dropIndex(index: string, partitioned: true | undefined): string {
  return partitioned === true ? `drop index ${index}; This locks the table and its partitions.` : `drop index concurrently ${index};`;
}

const NOTATIONS: Readonly<Record<AuditFacts["overload-ambiguous"]["notation"], string>> = {
  positional: "",
  named: " when arguments are given by name",
  cast: " when arguments must be converted for both",
  untyped: " when arguments have no types",
};
