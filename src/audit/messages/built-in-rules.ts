import type { FactsByCode } from "../../findings/finding.ts";
import { quoted } from "../../catalog/quote.ts";
import { line, type Words } from "./words.ts";
import type { ASKED } from "./spec-rules.ts";

/** The words of the checks that need no spec. */
export const BUILTIN: Words<Exclude<keyof FactsByCode, keyof typeof ASKED>> = {
  "overload-ambiguous": ({ other, call, notation }) => ({
    problem: `overload clashes with ${other}${NOTATIONS[notation]}`,
    details: [`undecided: ${call}`],
    remedy:
      notation === "untyped" || notation === "cast"
        ? "Give the arguments the types of one of them at the call (?::type), or rename one of the functions."
        : "Drop the overload that is not wanted, rename one, or change its parameter names or defaults.",
  }),
  "index-invalid": ({ definition, constraint, partitioned }, { name }) => ({
    problem:
      partitioned === true
        ? "index is invalid: a partition lacks its part of it, or has one that is invalid"
        : "index is invalid: a concurrent build failed; writes keep it up, queries don't use it",
    details: [`found: ${definition}`],
    remedy:
      partitioned === true
        ? `Build a valid index on each partition, then attach each: alter index ${name} attach partition …;`
        : constraint === undefined
          ? `reindex index concurrently ${name};`
          : `reindex index concurrently ${name}; it serves ${constraint}.`,
  }),
  "index-duplicate": ({ definition, other, constraint, partitioned }, { name }) => ({
    problem: `index does the same work as ${other}; each write keeps up both`,
    details: [`found: ${definition}`],
    remedy:
      constraint === undefined
        ? dropping(name, partitioned)
        : `Drop the constraint ${constraint}, whose index it is; foreign keys that refer to it have to be made anew.`,
  }),
  "index-overlapping": ({ definition, other, otherDefinition, partitioned }, { name }) => ({
    problem: `index is the beginning of ${other}, which serves the same queries`,
    details: [`found: ${definition}`, `beside: ${otherDefinition}`],
    remedy: `If its smaller size doesn't matter: ${dropping(name, partitioned)}`,
  }),
  "constraint-not-validated": ({ definition, on }, { name }) => ({
    problem: "constraint was never validated: rows that were there before may break it",
    details: [`found: ${definition}`],
    remedy: `alter ${on} validate constraint ${name.slice(on.slice(on.indexOf(" ") + 1).length + 1)};`,
  }),
  "foreign-key-unindexed": ({ definition, on, columns, partitioned }) => ({
    problem: "foreign key has no index: deletes and changes of keys in the other table walk this one",
    details: [`found: ${definition}`],
    remedy:
      partitioned === true
        ? `create index on ${on} (${columns.join(", ")}); which keeps writes out while it is built; or ignore it where the other table's rows never go.`
        : `create index concurrently on ${on} (${columns.join(", ")}); or ignore it where the other table's rows never go.`,
  }),
  "foreign-key-types": ({ pairs }) => ({
    problem: "foreign key joins columns of different types: some values can't be referred to, and some joins can't use an index",
    details: pairs.flatMap((pair) => line("found", pair)),
    remedy: "Give both columns one type, the wider one.",
  }),
  "table-without-primary-key": ({ candidate, column }, { name }) => ({
    problem: "table has no primary key: logical replication can't update it, and equal rows can't be told apart",
    details: [],
    remedy:
      candidate !== undefined
        ? `alter table ${name} add primary key using index ${quoted(candidate)};`
        : column === undefined
          ? `alter table ${name} add primary key (…); over columns that tell its rows apart.`
          : `alter table ${name} add column ${column} bigint generated always as identity primary key; or a key that it has already.`,
  }),
  "sequence-near-end": ({ last, end, used, column }) => ({
    problem: `sequence is used up to ${used}: inserts fail when it ends`,
    details: [`last: ${last}`, `end: ${end}`],
    remedy: column === undefined ? "Give it a larger type and maximum." : `Make ${column} a bigint, and the sequence too, before it ends.`,
  }),
  "sequence-behind": ({ next, highest, column }, { name }) => ({
    problem: "sequence is behind its column: inserts will fail as duplicates",
    details: [`next: ${next}`, `highest in ${column}: ${highest}`],
    remedy: `select setval('${name.replaceAll("'", "''")}', ${highest});`,
  }),
  "trigger-disabled": ({ definition, on }, { kind, name }) => ({
    problem:
      kind === "constraint" ? `nobody checks the constraint: its triggers on ${on} are disabled` : "trigger is disabled: it does nothing",
    details: [`found: ${definition}`],
    remedy:
      kind === "constraint"
        ? `alter table ${on} enable trigger all; then drop the constraint and add it again, which checks the rows.`
        : `alter table ${on} enable trigger ${name.slice(on.length + 1)}; or drop it.`,
  }),
  "row-security-without-policies": ({ state }, { name }) => ({
    problem: `row security is ${state} and there is no policy: ${state === "forced" ? "nobody sees" : "nobody but the owner sees"} any row`,
    details: [],
    remedy: `Create a policy on ${name}, or: alter table ${name} disable row level security;`,
  }),
  "policies-without-row-security": ({ policies }, { name }) => ({
    problem: "row security is off, so that its policies protect nothing",
    details: line("policies", policies.join(", ")),
    remedy: `alter table ${name} enable row level security;`,
  }),
  "definer-without-search-path": (_, { name }) => ({
    problem: "runs with the rights of its owner and looks names up where the caller wants",
    details: [],
    remedy: `alter routine ${name} set search_path = …, pg_temp; with the schemas that it needs.`,
  }),
  "function-broken": ({ why, by }) => ({
    problem: "body doesn't fit the schema: calls will fail",
    details: [...line("error", why), ...(by === "plpgsql_check" ? ["found by: plpgsql_check"] : [])],
    remedy: "Create it anew in a migration, in terms of what there is now; or drop it.",
  }),
  "owner-different": ({ owner, expected }, { kind }) => ({
    problem: `${kind} belongs to ${owner}, and most of its schema to ${expected}: migrations of one can't alter what is the other's`,
    details: [],
    remedy: `Give it to ${expected} (alter … owner to …), and find out who runs migrations as ${owner}.`,
  }),
  "collation-stale": ({ recorded, actual }, { kind, name }) => ({
    problem: `${kind} was ${kind === "database" ? "built" : "recorded"} with version ${recorded} of its collation, and the server has ${actual}: indexes on text may be out of order`,
    details: [],
    remedy: `Reindex what sorts by it, then: alter ${kind} ${name} refresh ${kind === "database" ? "collation version" : "version"};`,
  }),
};

function dropping(index: string, partitioned: true | undefined): string {
  return partitioned === true ? `drop index ${index}; which locks the table and its partitions.` : `drop index concurrently ${index};`;
}

const NOTATIONS: Readonly<Record<FactsByCode["overload-ambiguous"]["notation"], string>> = {
  positional: "",
  named: " in calls by parameter names",
  cast: " in calls whose arguments must be converted for both",
  untyped: " in calls whose arguments have no types",
};
