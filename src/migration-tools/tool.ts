import type { Repository } from "./repository.ts";

/** One migration as the repository has it. */
export interface Revision {
  /** What the tool's version table records. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** Ids of the migrations that it builds upon; none for the first. */
  readonly after: readonly string[];
  /** Tools that keep several lines of migrations (Django: one per app) have one head in each. */
  readonly line?: string;
}

/** Where a tool notes what it has applied. */
export interface Ledger {
  /** Tables that are the tool's own and no part of the schema, as `schema.table`, or `schema.*` for a schema of its own. */
  readonly tables: readonly string[];
  /** A statement that gives one row with an `id` for each revision that is recorded. */
  readonly query: string;
  /** `all`: one row per applied revision. `heads`: only the newest of each line. */
  readonly holds: "all" | "heads";
}

/** How to move one database along the revisions: lines for the shell. */
export interface Moves {
  /** Applies `next` to a database that has exactly `applied`. */
  up(applied: readonly Revision[], next: readonly Revision[]): string;
  /** Takes back the last of `applied`; undefined where the set has no way back for it. */
  down(applied: readonly Revision[]): string | undefined;
  /** What the output of a way down says where its author declares that there is none. */
  readonly irreversible?: RegExp;
}

/** A tool's project in a repository. Paths are relative to the repository's folder. */
export interface Project {
  readonly tool: string;
  /** What showed that the tool is used here, such as `alembic.ini`. */
  readonly evidence: string;
  /** Shell line that brings the database at `DATABASE_URL` and `PG*` to the newest revision. */
  readonly command: string;
  /** What the fingerprint covers: each pattern matches a file. */
  readonly files: readonly string[];
  readonly ledger: Ledger;
  /** Every revision, in an order in which they can be applied. */
  readonly revisions: readonly Revision[];
  /** Undefined for a tool that only goes to the newest. */
  readonly moves?: Moves;
  /** The npm package whose version counts for the fingerprint. */
  readonly package?: string;
  /** Further environment for a database, beside `DATABASE_URL` and `PG*`. */
  readonly env?: (url: string) => Readonly<Record<string, string>>;
}

/** A migration tool that we know. */
export interface Tool {
  readonly name: string;
  /** What a repository that uses it holds; completes "expected …". */
  readonly expects: string;
  /** Finds its project; undefined where there is none. `folder`: where the migration files stand, if not where the tool has them. */
  find(repository: Repository, folder?: string): Promise<Project | undefined>;
}
