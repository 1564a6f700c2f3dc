import type { Repository } from "./repository.ts";

/** One migration in the repository. */
export interface Revision {
  /** The value that the tool's version table records. */
  readonly id: string;
  /** The name that users know. */
  readonly name: string;
  /** Ids of the migrations that must run before this one. Empty for the first. */
  readonly dependsOn: readonly string[];
  /** Some tools have several independent sequences of migrations (Django: one for each app). Each has its own head. */
  readonly sequence?: string;
  /** Ids of the migrations that this one replaces as heads. Default: those of `dependsOn` in the same sequence. */
  readonly follows?: readonly string[];
  /** Of a head, where its tool can have several on purpose (Alembic). Only heads of one branch are a fork. */
  readonly branch?: string;
  /** Whether it is not known that the tool runs the migrations of this sequence. */
  readonly isOptional?: boolean;
}

/** The table in which a tool records the applied migrations. */
export interface VersionTable {
  /** Tables that belong to the tool and not to the user's schema, as `schema.table`, or `schema.*` for a whole schema. */
  readonly tables: readonly string[];
  /** The table that records them, as the tool names it: without a schema, it is in the search path of the database. */
  readonly name: string;
  /** A query that returns one row with an `id` for each recorded revision. `table`: the quoted name with its schema. */
  readonly query: (table: string) => string;
  /** A query that returns the SHA-256 (hex) of the file of each recorded revision as `id`, as far as it is recorded. Undefined: the tool records none. */
  readonly contents?: (table: string) => string;
  /** `all`: one row for each applied revision. `heads`: only the newest revision of each sequence. */
  readonly holds: "all" | "heads";
  /** Why the table does not show a migration that was left out. Completes "was not checked, because …". */
  readonly hides?: string;
}

/** A lock that a tool keeps in a table, so that it stays there when the tool is killed. */
export interface TableLock {
  /** The table, as the tool names it. */
  readonly name: string;
  /** An SQL condition: a row is locked. */
  readonly isHeld: string;
  /** The SQL assignment that unlocks it. */
  readonly release: string;
}

/** SQL that records revisions in the version table as applied, and SQL that removes these records again. */
export interface LeaveOut {
  readonly before: string;
  readonly after: string;
}

/** The shell commands that apply or roll back single migrations. */
export interface StepCommands {
  /** Applies `next` to a database on which exactly `applied` were applied. */
  up(applied: readonly Revision[], next: readonly Revision[]): string;
  /** Rolls back the last one of `applied`. Undefined if this migration has no rollback. */
  down(applied: readonly Revision[]): string | undefined;
  /** For a tool that cannot stop at a revision: how `up` is kept from applying the revisions after `next`. */
  leaveOut?(later: readonly Revision[]): LeaveOut;
  /** Matches the output of a rollback if the author of the migration declared it irreversible. */
  readonly irreversible?: RegExp;
}

/** A migration tool as it is used in a repository. Paths are relative to the repository's folder. */
export interface Project {
  readonly tool: string;
  /** What shows that the tool is used here, such as `alembic.ini`. */
  readonly evidence: string;
  /** Shell command that migrates the database at `DATABASE_URL` and `PG*` to the newest revision. */
  readonly command: string;
  /** The command as users type it, where `command` contains what is only for programs. Default `command`. */
  readonly shown?: string;
  /** Patterns of the files that the fingerprint covers. Each pattern matches at least one file. */
  readonly files: readonly string[];
  readonly versionTable: VersionTable;
  /** Undefined for a tool without such a lock: most use a lock of the session, which ends with it. */
  readonly lock?: TableLock;
  /** Why the version table cannot be compared with the revisions. Completes "was not checked, because …". Undefined: it can. */
  readonly unchecked?: string;
  /** What the command leaves out although it belongs to the project, or does in an unexpected order, as sentences for a note. */
  readonly leaves?: string;
  /** All revisions, in an order in which they can be applied. */
  readonly revisions: readonly Revision[];
  /** Files of the history that no revision has and that fork it for the tool, such as a snapshot of a removed migration. */
  readonly strays?: readonly string[];
  /** Undefined for a tool that can only migrate to the newest revision. */
  readonly stepCommands?: StepCommands;
  /** The npm package of the tool. Its version is part of the fingerprint. */
  readonly package?: string;
  /** Additional environment variables for a database, besides `DATABASE_URL` and `PG*`. */
  readonly env?: (url: string) => Readonly<Record<string, string>>;
}

/** A supported migration tool. */
export interface Tool {
  readonly name: string;
  /** The files of a repository that uses it. Ends an error message that starts with "Expected …". */
  readonly expects: string;
  /** Finds the tool in a repository. Undefined if it is not used. `folder`: the folder with the migration files, if not the default. */
  find(repository: Repository, folder?: string): Promise<Project | undefined>;
}
