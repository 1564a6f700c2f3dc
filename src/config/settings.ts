/** The names that `provider` takes besides `auto`. */
export const PROVIDER_CHOICES = ["neon", "docker", "embedded", "existing"] as const;
export type ProviderChoice = (typeof PROVIDER_CHOICES)[number];

/** The Postgres majors that can be asked for. */
export const POSTGRES_MAJORS = [14, 15, 16, 17, 18] as const;
export type PostgresMajor = (typeof POSTGRES_MAJORS)[number];

/** The migration tools that are known, and `none` for a repository without migrations. */
export const TOOL_CHOICES = [
  "alembic",
  "db-migrate",
  "dbmate",
  "django",
  "drizzle",
  "flyway",
  "golang-migrate",
  "graphile-migrate",
  "knex",
  "node-pg-migrate",
  "prisma",
  "rails",
  "sql",
  "sqitch",
  "none",
] as const;
export type ToolChoice = (typeof TOOL_CHOICES)[number];

/** What a drift can take for equal, by the names of its normalisations, and `all` for every one. */
export const NORMALISATION_CHOICES = [
  "all",
  "postgresVersion",
  "neonAuth",
  "partitionParts",
  "owners",
  "sequenceNames",
  "constraintNames",
  "indexNames",
  "columnOrder",
  "frozenTimes",
  "restoredLists",
  "extensionVersions",
  "toolTables",
  "populated",
  "comments",
  "grants",
] as const;

/** What a user has decided, from every source, checked and complete. Frozen; durations are in milliseconds. */
export interface Settings {
  /** Candidates in order; `auto` stands for neon, docker, embedded. With one candidate there is no fallback. */
  readonly provider: readonly ProviderChoice[];
  /** Whether the order was left to us by `provider: auto`. */
  readonly auto: boolean;
  /** Name of the run; undefined: the CI, or user and git branch, decide. */
  readonly run: string | undefined;
  /** Whether one database serves one CI run, or every run of a pull request. Default `run`. */
  readonly scope: "run" | "pull-request";
  /** Age at which a run's database may be removed by whoever comes. Undefined: 2 h in CI, 3 d for a person. */
  readonly ttlMs: number | undefined;
  /** Wanted major version of Postgres; undefined: the Neon project's, or the newest that is installed. */
  readonly postgres: PostgresMajor | undefined;
  readonly neon: NeonSettings;
  readonly docker: { readonly image: string | undefined };
  /** A server that somebody else runs. The URL may hold a password. */
  readonly existing: { readonly url: string | undefined };
  readonly migrations: MigrationSettings;
  /** Keep one migrated database per fingerprint to start from. Undefined: the provider decides. */
  readonly base: boolean | undefined;
  /** Bases that nobody used for so long are removed. Default 14 d. */
  readonly baseTtlMs: number;
  readonly audit: AuditSettings;
  /** Keep one comment on the pull request that tells what the commands did. Default false. */
  readonly comment: boolean;
  /** What a drift takes for equal and what it tells apart, in addition to its defaults. */
  readonly drift: { readonly ignore: readonly string[]; readonly compare: readonly string[] };
  readonly timeouts: TimeoutSettings;
}

export interface NeonSettings {
  readonly project: string | undefined;
  /** Name or id of the branch to start from; undefined: the project's default branch. */
  readonly parent: string | undefined;
  /** A past state of the parent: a timestamp with offset (RFC 3339) or an LSN such as `0/1A2B3C4D`. */
  readonly parentAt: string | undefined;
  readonly database: string | undefined;
  readonly role: string | undefined;
  readonly schemaOnly: boolean;
  readonly anonymized: boolean;
  /** Compute units, and how long a compute idles before it is suspended. Undefined: the project's defaults. */
  readonly compute: { readonly min: number | undefined; readonly max: number | undefined; readonly suspendMs: number | undefined };
  readonly apiHost: string | undefined;
}

export interface MigrationSettings {
  /** A known migration tool; undefined: detected, unless there is a command. Never set together with `command`. */
  readonly tool: ToolChoice | undefined;
  /** Shell command that migrates the database at `DATABASE_URL`. */
  readonly command: string | undefined;
  /** Paths or globs that the fingerprint covers. */
  readonly files: readonly string[];
  /** Further environment of the migration command. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the command runs, relative to `Resolved.directory`. */
  readonly directory: string | undefined;
  /** Where the tool's migration files stand, relative to `directory`; undefined: where the tool has them. */
  readonly folder: string | undefined;
  /** Migrations that need no way back. */
  readonly irreversible: readonly string[];
}

export interface AuditSettings {
  /** Path of the spec, relative to the folder of the configuration (`Resolved.directory`). */
  readonly spec: string | undefined;
  /** The mildest severity that fails an audit. Default `error`. */
  readonly failOn: "error" | "warning" | "info";
}

export interface TimeoutSettings {
  /** For a database to be created or adopted and to answer. Default 5 min. */
  readonly acquireMs: number;
  /** For the migration command. Default 30 min. */
  readonly migrateMs: number;
  /** For a job that waits until another has migrated. Default 30 min. */
  readonly waitMs: number;
  /** Silence after which a migrating job counts as dead. Default 15 s. */
  readonly leaseMs: number;
  /** A local server stops when nobody used it for so long. Default 30 min. */
  readonly idleMs: number;
  /** Between SIGTERM and SIGKILL to a command that is ended. Default 10 s. */
  readonly commandGraceMs: number;
}
