import type { ValueKind } from "./value-formats.ts";

/** One setting: its key in the file, how its value is written, and its purpose. */
export interface Field {
  /** Keys in the file, joined by dots. The names of the environment variable and the flag are derived from it. */
  readonly path: string;
  readonly kind: ValueKind;
  /** Further environment variables, read when the `OFFSHOOT_…` variable is not set. */
  readonly aliases?: readonly string[];
  /** Written as in the file. A setting without a default can be undefined. */
  readonly default?: string;
  /** Text for the README when the default is not one fixed value. */
  readonly otherwise?: string;
  /** Lowest and highest allowed value of a duration. */
  readonly min?: string;
  readonly max?: string;
  /** The name of the section that can hold this setting's value directly: `audit: FILE` instead of `audit: { spec: FILE }`. */
  readonly short?: string;
  /** The meaning, for the README and the JSON Schema. */
  readonly description: string;
}

// Node's timers hold at most 2^31 - 1 ms, a little under 25 days. A longer timer fires immediately.
const TIMER = { kind: "duration", max: "24d" } as const;

/**
 * All settings. This table is the only place that defines them: the file format, the environment variables, the flags,
 * the table in the README and the JSON Schema are derived from it.
 */
export const FIELDS = [
  {
    path: "provider",
    kind: "provider",
    default: "auto",
    description:
      "Where databases are created: `auto` (Neon, then Docker, then embedded), one provider, or a list of providers that is tried in order. With one provider there is no fallback.",
  },
  {
    path: "run",
    kind: "text",
    otherwise: "the id of the CI run, or the person, the checkout and the git branch",
    description: "Name of the run. All jobs that use the same name share one database.",
  },
  {
    path: "scope",
    kind: "scope",
    default: "run",
    description: "`run`: each CI run has its own database. `pull-request`: all runs of a pull request share one.",
  },
  {
    path: "ttl",
    kind: "duration",
    max: "30d",
    otherwise: "`2h` in CI, `3d` on a developer's machine",
    description: "Age after which the database of a run can be deleted. At most `30d`, which is Neon's limit.",
  },
  {
    path: "postgres",
    kind: "major",
    otherwise: "the Neon project's version, or the newest installed version",
    description: "Major version of Postgres, from 14 to 18.",
  },
  { path: "neon.project", kind: "text", aliases: ["NEON_PROJECT_ID"], description: "Id of the Neon project." },
  {
    path: "neon.parent",
    kind: "text",
    otherwise: "the project's default branch",
    description: "Name or id of the branch from which new branches are created.",
  },
  {
    path: "neon.parentAt",
    kind: "moment",
    otherwise: "its current state",
    description: "A past state of the parent branch: a timestamp with a UTC offset, or an LSN. All jobs then start from the same data.",
  },
  {
    path: "neon.database",
    kind: "text",
    otherwise: "the only database of the parent branch",
    description: "Name of the database to connect to.",
  },
  { path: "neon.role", kind: "text", otherwise: "the database's owner", description: "Role to connect with." },
  { path: "neon.schemaOnly", kind: "boolean", default: "false", description: "Copy the schema of the parent branch without its data." },
  {
    path: "neon.anonymized",
    kind: "boolean",
    default: "false",
    description: "Copy the data of the parent branch through its masking rules.",
  },
  {
    path: "neon.compute.min",
    kind: "size",
    otherwise: "the project's",
    description: "Minimum size of the compute in compute units, from 0.25.",
  },
  { path: "neon.compute.max", kind: "size", otherwise: "the project's", description: "Maximum size of the compute in compute units." },
  // Neon's API: `suspend_timeout_seconds` is at most 604800. Values below 60 have no effect.
  {
    path: "neon.compute.suspend",
    kind: "duration",
    min: "1m",
    max: "7d",
    otherwise: "the project's",
    description: "Idle time after which Neon suspends the compute, from `1m` to `7d`.",
  },
  {
    path: "neon.apiHost",
    kind: "apiUrl",
    aliases: ["NEON_API_HOST"],
    otherwise: "Neon's public API",
    description: "Base URL of the Neon API.",
  },
  { path: "docker.image", kind: "image", otherwise: "`postgres:<major>`", description: "Image that the Docker provider starts." },
  {
    path: "existing.url",
    kind: "postgresUrl",
    description:
      "URL of an existing Postgres server, with a role that can create databases. If the URL has a password, use the environment variable instead of the file.",
  },
  {
    path: "migrations.tool",
    kind: "tool",
    otherwise: "detected",
    description: "Name of the migration tool, or `none` for no migrations. Detected when neither `tool` nor `command` is set.",
  },
  {
    path: "migrations.command",
    kind: "command",
    description: "Shell command that migrates the database at `DATABASE_URL`. Use either `command` or `tool`, not both.",
  },
  {
    path: "migrations.files",
    kind: "list",
    default: "",
    otherwise: "the tool's",
    description: "Paths or globs of all files that affect the schema. When their content changes, the migrations run again.",
  },
  {
    path: "migrations.env",
    kind: "variables",
    default: "",
    description:
      "Additional environment variables for the migration command. In `OFFSHOOT_MIGRATIONS_ENV`, write one `NAME=value` on each line.",
  },
  {
    path: "migrations.directory",
    kind: "path",
    otherwise: "the folder of the configuration file",
    description: "Folder in which the migration command runs.",
  },
  {
    path: "migrations.folder",
    kind: "path",
    otherwise: "the tool's",
    description: "Folder with the migration files, relative to `migrations.directory`.",
  },
  {
    path: "migrations.irreversible",
    kind: "list",
    default: "",
    description: "Names of migrations that cannot be rolled back. `rollback-check` accepts this.",
  },
  {
    path: "base",
    kind: "boolean",
    otherwise: "the provider decides",
    description: "Keep a migrated database for each version of the migrations. Later runs copy it and skip the migrations.",
  },
  { path: "baseTtl", kind: "duration", max: "365d", default: "14d", description: "A base that no run has used for this time is deleted." },
  {
    path: "audit.spec",
    kind: "path",
    short: "audit",
    aliases: ["OFFSHOOT_AUDIT"],
    description: "Path of the audit spec. `audit: FILE` is a short form.",
  },
  {
    path: "audit.failOn",
    kind: "severity",
    default: "error",
    description: "Lowest severity that fails an audit: `error`, `warning` or `info`.",
  },
  {
    path: "comment",
    kind: "boolean",
    default: "false",
    description:
      "On GitHub, write one comment on the pull request with the results of all jobs, and keep it up to date. Needs `GITHUB_TOKEN`.",
  },
  {
    path: "drift.ignore",
    kind: "normalisations",
    default: "",
    description:
      "Differences that `drift` ignores in addition to its defaults, such as `comments` or `grants`. `all` ignores everything that can be ignored.",
  },
  {
    path: "drift.compare",
    kind: "normalisations",
    default: "",
    description: "Differences that `drift` reports although it ignores them by default, such as `columnOrder`. `all` reports everything.",
  },
  { path: "timeouts.acquire", ...TIMER, default: "5m", description: "Time limit for creating a database and connecting to it." },
  {
    path: "timeouts.migrate",
    ...TIMER,
    default: "30m",
    description: "Time limit for the migrations, including the wait for another job that runs them.",
  },
  { path: "timeouts.wait", ...TIMER, default: "30m", description: "Time limit for the command `wait`." },
  // The leader sends a heartbeat every second. A shorter lease would expire between two heartbeats.
  {
    path: "timeouts.lease",
    ...TIMER,
    min: "2s",
    default: "15s",
    description: "Time without a heartbeat after which a migrating job counts as dead.",
  },
  { path: "timeouts.idle", ...TIMER, default: "30m", description: "A local server that nobody uses stops after this time." },
  { path: "timeouts.commandGrace", ...TIMER, default: "10s", description: "Time between SIGTERM and SIGKILL when a command is stopped." },
] as const satisfies readonly Field[];

type Row = (typeof FIELDS)[number];

/** Key path of a setting, such as `neon.parent`. */
export type Path = Row["path"];
export type RowOf<P extends Path> = Extract<Row, { readonly path: P }>;

const BY_PATH: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field: Field) => [[field.path, field] as const, ...(field.short === undefined ? [] : [[field.short, field] as const])]),
);

/** The setting at a key path or at its short form. Undefined if no setting has this key. */
export function fieldAt(path: string): (Field & { readonly path: Path }) | undefined {
  return BY_PATH.get(path) as (Field & { readonly path: Path }) | undefined;
}

/** Full paths of the keys that a section can contain. `""` is the top level. */
export function keysBelow(section: string): readonly string[] {
  const start = section === "" ? "" : `${section}.`;
  const below = FIELDS.filter(({ path }) => path.startsWith(start));
  return [...new Set(below.map(({ path }) => start + path.slice(start.length).split(".")[0]))];
}

/** Environment variables of a setting, such as `OFFSHOOT_NEON_PARENT_AT` for `neon.parentAt`. The first one that is set is used. */
export function variablesOf(field: Field): readonly string[] {
  const own = field.path.replaceAll(/[A-Z]/g, "_$&").replaceAll(".", "_").toUpperCase();
  return [`OFFSHOOT_${own}`, ...(field.aliases ?? [])];
}
