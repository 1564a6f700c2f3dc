import type { Lookup } from "../../catalog/lookup.ts";
import type { AuditFacts } from "../facts.ts";
import type { AuditFinding } from "../finding.ts";
import type { Spec } from "../spec/spec.ts";
import type { DatabaseState } from "../state/state.ts";

/** What the migration tool knows about the migrations in the repository. */
export interface RepositoryMigrations {
  /** The versions of an up-to-date database: one, unless the migrations branch. */
  readonly heads: readonly string[];
  /** Every version in the repository. Undefined: not known, and no version is reported as unknown. */
  readonly known?: readonly string[] | undefined;
  /** Whether a version table holds one row for each migration, or only the heads. Default `heads`. */
  readonly holds?: "all" | "heads" | undefined;
  /** The tool's own version table in this database, for specs with `migrations: heads`. */
  readonly recorded?: RecordedVersions | undefined;
}

/** A tool's version table compared with the migrations of the repository. */
export interface RecordedVersions {
  readonly tool: string;
  /** Quoted, with its schema. */
  readonly table: string;
  /** Why it could not be read; undefined where it was read. */
  readonly unreadable?: AuditFacts["version-unreadable"]["why"] | undefined;
  /** The newest migrations of the repository, under the names that people use. */
  readonly expected: readonly string[];
  /** The newest migrations that were applied. */
  readonly actual: readonly string[];
  /** The heads in `expected` that no migration joins. */
  readonly several: readonly string[];
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
}

/** Everything that a rule can use. */
export interface AuditInput extends Lookup {
  readonly spec: Spec | undefined;
  readonly state: DatabaseState;
  readonly repository: RepositoryMigrations | undefined;
  readonly now: Date;
}

/** One rule of the audit. Pure: the same input gives the same findings. */
export type AuditRule = (input: AuditInput) => readonly AuditFinding[];
