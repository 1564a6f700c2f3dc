import type { FindingCode } from "../finding.ts";

/** What each code is about, in a few words: for the lists of rules and checks that reports carry. */
export const TITLES: Readonly<Record<FindingCode, string>> = {
  missing: "An object of the spec is missing",
  unexpected: 'An object is not in a spec that says "exactly"',
  forbidden: "An object that must be absent is there",
  different: "An object is not as the spec says",
  "version-different": "The migration versions are not those of the spec",
  "version-unreadable": "The migration versions can't be read",
  "version-several": "A version table holds several heads",
  "version-unknown": "A version table holds versions that the repository lacks",
  "postgres-different": "The spec was written from another major version of Postgres",
  "ignore-expired": "An exception of the spec has ended",

  "overload-ambiguous": "Two overloads make a call ambiguous",
  "index-invalid": "An index is invalid",
  "index-duplicate": "Two indexes do the same work",
  "index-overlapping": "An index is the beginning of another",
  "constraint-not-validated": "A constraint was never validated",
  "foreign-key-unindexed": "A foreign key has no index",
  "foreign-key-types": "A foreign key joins columns of different types",
  "table-without-primary-key": "A table has no primary key",
  "sequence-near-end": "A sequence is nearly used up",
  "sequence-behind": "A sequence is behind its column",
  "trigger-disabled": "A trigger is disabled",
  "row-security-without-policies": "Row security is on and there is no policy",
  "policies-without-row-security": "There are policies and row security is off",
  "definer-without-search-path": "A function with its owner's rights has no search path",
  "function-broken": "A function's body does not fit the schema",
  "owner-different": "An object belongs to another role than its neighbours",
  "collation-stale": "A collation has another version than its indexes",
};
