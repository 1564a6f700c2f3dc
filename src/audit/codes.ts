import type { Severity } from "../findings/finding.ts";
import type { AuditCode } from "./facts.ts";

interface About {
  /** Unless the spec or the rule sets another. */
  readonly severity: Severity;
  readonly title: string;
}

const error = (title: string): About => ({ severity: "error", title });
const warning = (title: string): About => ({ severity: "warning", title });
const info = (title: string): About => ({ severity: "info", title });

/** Every code of the audit. */
export const CODES: Readonly<Record<AuditCode, About>> = {
  missing: error("An object of the spec is missing"),
  unexpected: error("An object is not in a spec that lists all objects of its kind"),
  forbidden: error("An object exists that the spec forbids"),
  different: error("An object differs from the spec"),
  "version-different": error("The migration versions differ from the spec"),
  "version-unreadable": error("The migration versions could not be read"),
  "version-several": warning("A version table holds several heads"),
  "version-unknown": error("A version table holds versions that are not in the repository"),
  "heads-different": error("The database is not at the heads of the repository's migrations"),
  "name-different": error("A name does not match the naming rule of the spec"),
  "postgres-different": warning("The spec was written from another major version of Postgres"),
  "ignore-expired": warning("An exception in the spec has expired"),
  "baseline-outdated": info("An accepted finding no longer exists"),

  "overload-ambiguous": error("A call matches two overloads equally well"),
  "index-invalid": error("An index is invalid"),
  "index-duplicate": warning("Two indexes are equal"),
  "index-overlapping": info("Another index starts with the same keys"),
  "constraint-not-validated": warning("A constraint was never validated"),
  "foreign-key-unindexed": info("A foreign key has no index"),
  "foreign-key-types": warning("A foreign key joins columns of different types"),
  "table-without-primary-key": warning("A table has no primary key"),
  "sequence-near-end": warning("A sequence is nearly used up"),
  "sequence-behind": error("A sequence is behind its column"),
  "trigger-disabled": warning("A trigger is disabled"),
  "row-security-without-policies": warning("Row security is on without a policy"),
  "policies-without-row-security": error("A table has policies, but row security is off"),
  "definer-without-search-path": warning("A security definer function sets no search_path"),
  "function-broken": error("The body of a function does not fit the schema"),
  "functions-not-checked": warning("The bodies of functions were not checked"),
  "owner-different": warning("An object has another owner than most objects of its schema"),
  "collation-stale": warning("The version of a collation changed after its indexes were built"),
};
