import type { MaskingRule } from "../masking-rule.ts";
import type { LimitKey, TableLimits } from "./table-limits.ts";

/** The values of `provider`, besides `auto`. */
export const PROVIDER_CHOICES = ["neon", "docker", "embedded", "existing"] as const;
export type ProviderChoice = (typeof PROVIDER_CHOICES)[number];

/** The supported major versions of Postgres. */
export const POSTGRES_MAJORS = [14, 15, 16, 17, 18] as const;
export type PostgresMajor = (typeof POSTGRES_MAJORS)[number];

/** The supported migration tools, and `none` for a repository without migrations. */
export const TOOL_CHOICES = [
  "alembic",
  "atlas",
  "db-migrate",
  "dbmate",
  "django",
  "drizzle",
  "ecto",
  "entity-framework",
  "flyway",
  "golang-migrate",
  "goose",
  "graphile-migrate",
  "knex",
  "kysely",
  "laravel",
  "liquibase",
  "mikro-orm",
  "node-pg-migrate",
  "payload",
  "prisma",
  "rails",
  "sequelize",
  "sqitch",
  "sql",
  "supabase",
  "typeorm",
  "umzug",
  "none",
] as const;
export type ToolChoice = (typeof TOOL_CHOICES)[number];

/** The normalisations of `drift` (differences that it can ignore), and `all`. */
export const NORMALISATION_CHOICES = [
  "all",
  "postgresVersion",
  "neonAuth",
  "partitionParts",
  "owners",
  "nestedConditions",
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

/** The steps that `check workflow` can require. */
export const REQUIRED_STEP_CHOICES = ["audit", "rollback-check", "metrics", "worker", "teardown", "unbuffered"] as const;
export type RequiredStep = (typeof REQUIRED_STEP_CHOICES)[number];

/** The values of `neon.sslmode`, with their meaning in libpq. */
export const NEON_SSL_MODES = ["verify-full", "verify-ca", "require"] as const;
export type NeonSslMode = (typeof NEON_SSL_MODES)[number];

/** What to do when the copy of a rehearsal can reach other systems. */
export const OUTBOUND_MODES = ["refuse", "disable", "allow"] as const;
export type OutboundMode = (typeof OUTBOUND_MODES)[number];

/** The checked settings from all sources. The object is frozen. Durations are in milliseconds. */
export interface Settings {
  /** Providers in the order in which they are tried. `auto` is neon, docker, embedded. With one provider there is no fallback. */
  readonly provider: readonly ProviderChoice[];
  /** Whether `provider` is `auto`. */
  readonly auto: boolean;
  /** Name of the run. Undefined: derived from the CI run, or from the person, the checkout and the git branch. */
  readonly run: string | undefined;
  /** `run`: each CI run has its own database. `pull-request`: all runs of a pull request share one. Default `run`. */
  readonly scope: "run" | "pull-request";
  /** Age after which the database of a run can be deleted. Undefined: 2 h in CI, 3 d on a developer's machine. */
  readonly ttlMs: number | undefined;
  /** Major version of Postgres. Undefined: the Neon project's version, or the newest installed version. */
  readonly postgres: PostgresMajor | undefined;
  readonly neon: NeonSettings;
  readonly docker: { readonly image: string | undefined };
  /** An existing server. The URL can contain a password. */
  readonly existing: {
    readonly url: string | undefined;
    /** Whether clones of a run's database may be created on that server. Default false. */
    readonly clones: boolean;
  };
  readonly migrations: MigrationSettings;
  /** Keep one migrated database for each fingerprint, from which later runs start. Undefined: the provider decides. */
  /** The client that `offshoot psql` starts. */
  readonly psql: string;
  readonly base: boolean | undefined;
  /** A base that no run has used for this time is deleted. Default 14 d. */
  readonly baseTtlMs: number;
  /** How many bases are kept. `bases` undefined: 10 on a local server, no limit on Neon. `bytes`: of a local server, default 2 GB. */
  readonly cache: { readonly bases: number | undefined; readonly bytes: number };
  readonly audit: AuditSettings;
  /** Steps that the workflows of the repository must contain. Default none. */
  readonly check: { readonly workflow: { readonly require: readonly RequiredStep[] } };
  /** Write one comment on the pull request with the results of the commands, and keep it up to date. Default false. */
  readonly comment: boolean;
  /** Also show the last lines of a failed command in that comment. Default false. */
  readonly commentOutput: boolean;
  /** Pass offshoot's own secrets on to the migration command and to the command of `run`. Default false. */
  readonly passSecrets: boolean;
  /** Differences that `drift` ignores, and that it reports, in addition to its defaults. */
  readonly drift: { readonly ignore: readonly string[]; readonly compare: readonly string[] };
  /** Branches of other tools that `sweep --also` deletes. Default none. */
  readonly sweep: { readonly also: readonly SweepRule[] };
  readonly rehearse: RehearseSettings;
  readonly timeouts: TimeoutSettings;
}

/** The limits of a rehearsal. */
export interface RehearseSettings {
  /** Rehearse the migrations of a run before they run. Default false. */
  readonly beforeMigrations: boolean;
  readonly blockedReadsMs: number;
  readonly blockedWritesMs: number;
  readonly durationMs: number;
  /** What to do when the copy can reach other systems. Default `refuse`: run nothing. */
  readonly outbound: OutboundMode;
  readonly rewriteBytes: number;
  readonly severities: Readonly<Partial<Record<LimitKey, "error" | "warning" | "info">>>;
  /** Other limits for some tables, by name. */
  readonly tables: Readonly<Record<string, TableLimits>>;
}

export interface NeonSettings {
  readonly project: string | undefined;
  /** Name or id of the parent branch. Undefined: the project's default branch. */
  readonly parent: string | undefined;
  /** A past state of the parent branch: a timestamp with UTC offset (RFC 3339) or an LSN such as `0/1A2B3C4D`. */
  readonly parentAt: string | undefined;
  readonly database: string | undefined;
  readonly role: string | undefined;
  readonly schemaOnly: boolean;
  readonly anonymized: boolean;
  /** The rules by which Neon masks the data; empty: those of the parent branch. With a rule, `anonymized` is true. */
  readonly maskingRules: readonly MaskingRule[];
  /** Size in compute units, and the idle time after which Neon suspends the compute. Undefined: the project's defaults. */
  readonly compute: { readonly min: number | undefined; readonly max: number | undefined; readonly suspendMs: number | undefined };
  /** What clients verify of Neon's certificates. Default `verify-full`. */
  readonly sslmode: NeonSslMode;
  readonly apiHost: string | undefined;
  /** Whether `apiHost` can be an `http:` URL of another machine. Default false. */
  readonly allowHttp: boolean;
}

export interface MigrationSettings {
  /** The migration tool. Undefined: detected, unless `command` is set. `tool` and `command` are never both set. */
  readonly tool: ToolChoice | undefined;
  /** Shell command that migrates the database at `DATABASE_URL`. */
  readonly command: string | undefined;
  /** Paths or globs of the files that the fingerprint covers. */
  readonly files: readonly string[];
  /** Additional environment variables for the migration command. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder in which the command runs, relative to `Resolved.directory`. */
  readonly directory: string | undefined;
  /** Folder with the migration files, relative to `directory`. Undefined: the tool's default. */
  readonly folder: string | undefined;
  /** Names of migrations that cannot be rolled back. */
  readonly irreversible: readonly string[];
  /** Whether the command's sessions pass offshoot's broker: see `FenceMode`. Default `auto`. */
  readonly fence: "auto" | "require" | "off";
  /** Several steps in their order, in place of the settings above except `env` and `fence`. Undefined: one step. */
  readonly steps: readonly StepSettings[] | undefined;
  /** Whether seeds can run on a database that offshoot did not create. Default false. */
  readonly seedExisting: boolean;
  /** The production database: its host, its endpoint on Neon, or `host/database`. */
  readonly production: string | undefined;
}

/** One of several steps of the migrations. */
export interface StepSettings {
  /** Unique among the steps. Shown to users, and part of the fingerprint. */
  readonly name: string;
  /** Undefined: detected, unless `command` is set. */
  readonly tool: Exclude<ToolChoice, "none"> | undefined;
  readonly command: string | undefined;
  readonly files: readonly string[];
  /** In addition to `migrations.env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string | undefined;
  readonly folder: string | undefined;
  readonly irreversible: readonly string[];
  /** The step loads rows. `once`: it must not run again on one database. `repeatable`: it can. Undefined: it migrates. */
  readonly seed: "once" | "repeatable" | undefined;
}

export interface AuditSettings {
  /** Path of the spec, relative to the folder of the configuration (`Resolved.directory`). */
  readonly spec: string | undefined;
  /** Path of the baseline, relative to the same folder. Undefined: no finding is accepted. */
  readonly baseline: string | undefined;
  /** The lowest severity that fails an audit. Default `error`. */
  readonly failOn: "error" | "warning" | "info";
}

/** A rule of the configuration that lets `sweep --also` take branches of other tools. All conditions that are set must hold. */
export interface SweepRule {
  /** The whole name. Each `*` is any text; with `closed`, the only `*` is the number of a pull request. */
  readonly match: string;
  /** Only branches whose pull request is closed. */
  readonly closed: boolean;
  /** The repository of the pull requests; undefined: that of the run. */
  readonly repository: string | undefined;
  readonly olderThanMs: number | undefined;
  /** Set this expiry in place of a deletion, in milliseconds from now. */
  readonly expireInMs: number | undefined;
  readonly reason: string;
}

export interface TimeoutSettings {
  /** For creating or adopting a database and connecting to it. Default 5 min. */
  readonly acquireMs: number;
  /** For the migration command. Default 30 min. */
  readonly migrateMs: number;
  /** For a job that waits for another job's migration. Default 30 min. */
  readonly waitMs: number;
  /** Time without a heartbeat after which a migrating job counts as dead. Default 15 s. */
  readonly leaseMs: number;
  /** A local server that nobody uses stops after this time. Default 30 min. */
  readonly idleMs: number;
  /** Between SIGTERM and SIGKILL when a command is stopped. Default 10 s. */
  readonly commandGraceMs: number;
}
