import type { Kind } from "./kinds.ts";

/** One setting: where it stands in the file, how its value is written, and what it is for. */
export interface Field {
  /** Keys in the file, joined by dots. The environment variable and the flag are derived from it. */
  readonly path: string;
  readonly kind: Kind;
  /** Further environment variables, asked after `OFFSHOOT_…`. */
  readonly aliases?: readonly string[];
  /** Written as in the file. A setting without one may stay undefined. */
  readonly default?: string;
  /** For people, where no single value is the default. */
  readonly otherwise?: string;
  /** Bounds of a duration. */
  readonly min?: string;
  readonly max?: string;
  /** The section whose name alone, with a value behind it, is this setting. */
  readonly short?: string;
  /** One sentence; it stands in the README and in the JSON Schema. */
  readonly description: string;
}

// Node's timers hold 2^31 - 1 ms, a little under 25 days, and fire at once beyond that.
const TIMER = { kind: "duration", max: "24d" } as const;

/** Every setting there is, once. Files, variables, flags, README table and JSON Schema follow from this table. */
export const FIELDS = [
  {
    path: "provider",
    kind: "provider",
    default: "auto",
    description:
      "Where databases come from: `auto` (Neon, else Docker, else embedded), one name, or a list that is tried in order. One name forbids fallback.",
  },
  {
    path: "run",
    kind: "text",
    otherwise: "the CI's run, or user and git branch",
    description: "Name of the run; every job that gives the same name shares one database.",
  },
  {
    path: "scope",
    kind: "scope",
    default: "run",
    description: "Whether one database serves one CI `run`, or every run of a `pull-request`.",
  },
  {
    path: "ttl",
    kind: "duration",
    max: "30d",
    otherwise: "`2h` in CI, `3d` for a person",
    description: "Age at which a run's database may be removed. At most `30d`, as Neon has it.",
  },
  {
    path: "postgres",
    kind: "major",
    otherwise: "the Neon project's, or the newest that is installed",
    description: "Major version of Postgres, 14 to 18.",
  },
  { path: "neon.project", kind: "text", aliases: ["NEON_PROJECT_ID"], description: "Id of the Neon project." },
  { path: "neon.parent", kind: "text", otherwise: "the project's default branch", description: "Name or id of the branch to start from." },
  {
    path: "neon.parentAt",
    kind: "moment",
    otherwise: "its present state",
    description: "A past state of the parent: a timestamp with offset, or an LSN. Pins sibling jobs to one state.",
  },
  { path: "neon.database", kind: "text", otherwise: "the parent's only database", description: "Database to connect to." },
  { path: "neon.role", kind: "text", otherwise: "the database's owner", description: "Role to connect as." },
  { path: "neon.schemaOnly", kind: "boolean", default: "false", description: "Take the parent's schema without its data." },
  { path: "neon.anonymized", kind: "boolean", default: "false", description: "Take the parent's data through its masking rules." },
  { path: "neon.compute.min", kind: "size", otherwise: "the project's", description: "Least compute units, from 0.25." },
  { path: "neon.compute.max", kind: "size", otherwise: "the project's", description: "Most compute units." },
  // Neon's API: `suspend_timeout_seconds` reaches to 604800, and takes effect from 60.
  {
    path: "neon.compute.suspend",
    kind: "duration",
    min: "1m",
    max: "7d",
    otherwise: "the project's",
    description: "Idle time after which the compute is suspended, `1m` to `7d`.",
  },
  { path: "neon.apiHost", kind: "apiUrl", aliases: ["NEON_API_HOST"], otherwise: "Neon's own", description: "Base URL of the Neon API." },
  { path: "docker.image", kind: "image", otherwise: "`postgres:<major>`", description: "Image of the Docker provider." },
  {
    path: "existing.url",
    kind: "postgresUrl",
    description: "URL of a server that somebody else runs, for a role that may create databases. Keep passwords out of the file.",
  },
  {
    path: "migrations.tool",
    kind: "tool",
    otherwise: "detected",
    description:
      "Migration tool, whose command and files are known; `none` for no migrations. Detected where neither it nor a command is set.",
  },
  {
    path: "migrations.command",
    kind: "command",
    description: "Shell command that migrates the database at `DATABASE_URL`. Excludes `migrations.tool`.",
  },
  {
    path: "migrations.files",
    kind: "list",
    default: "",
    otherwise: "the tool's",
    description: "Paths or globs of the files that decide about the schema; their content is fingerprinted.",
  },
  {
    path: "migrations.env",
    kind: "variables",
    default: "",
    description: "Further environment of the migration command. As a variable: one `NAME=value` a line.",
  },
  {
    path: "migrations.directory",
    kind: "path",
    otherwise: "the folder of the configuration",
    description: "Where the migration command runs.",
  },
  {
    path: "migrations.folder",
    kind: "path",
    otherwise: "the tool's",
    description: "Where the tool's migration files stand, seen from `migrations.directory`.",
  },
  {
    path: "migrations.irreversible",
    kind: "list",
    default: "",
    description: "Names of migrations that `rollback-check` does not expect to have a way back.",
  },
  {
    path: "base",
    kind: "boolean",
    otherwise: "the provider decides",
    description: "Keep one migrated database per fingerprint, from which later runs start with no migration at all.",
  },
  { path: "baseTtl", kind: "duration", max: "365d", default: "14d", description: "Bases that nobody used for so long are removed." },
  {
    path: "audit.spec",
    kind: "path",
    short: "audit",
    aliases: ["OFFSHOOT_AUDIT"],
    description: "Path of the audit spec. `audit: FILE` says the same.",
  },
  {
    path: "audit.failOn",
    kind: "severity",
    default: "error",
    description: "Mildest severity that fails an audit: `error`, `warning` or `info`.",
  },
  {
    path: "comment",
    kind: "boolean",
    default: "false",
    description: "On GitHub, keep one comment on the pull request that tells what each job's commands did. Needs `GITHUB_TOKEN`.",
  },
  {
    path: "drift.ignore",
    kind: "normalisations",
    default: "",
    description: "What `drift` takes for equal beyond its defaults, such as `comments` or `grants`; `all` for everything it can.",
  },
  {
    path: "drift.compare",
    kind: "normalisations",
    default: "",
    description: "What `drift` tells apart against its defaults, such as `columnOrder`; `all` for everything.",
  },
  { path: "timeouts.acquire", ...TIMER, default: "5m", description: "For a database to be created and to answer." },
  { path: "timeouts.migrate", ...TIMER, default: "30m", description: "For the migration command." },
  { path: "timeouts.wait", ...TIMER, default: "30m", description: "For a job that waits until another has migrated." },
  // The leader's heartbeats are a second apart: a shorter lease would run out between two of them.
  { path: "timeouts.lease", ...TIMER, min: "2s", default: "15s", description: "Silence after which a migrating job counts as dead." },
  { path: "timeouts.idle", ...TIMER, default: "30m", description: "A local server stops when nobody used it for so long." },
  { path: "timeouts.commandGrace", ...TIMER, default: "10s", description: "Between SIGTERM and SIGKILL to a command that is ended." },
] as const satisfies readonly Field[];

type Row = (typeof FIELDS)[number];

/** Key path of a setting, such as `neon.parent`. */
export type Path = Row["path"];
export type RowOf<P extends Path> = Extract<Row, { readonly path: P }>;

const BY_PATH: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field: Field) => [[field.path, field] as const, ...(field.short === undefined ? [] : [[field.short, field] as const])]),
);

/** The setting at a key path, or at its short form; undefined where there is none. */
export function fieldAt(path: string): (Field & { readonly path: Path }) | undefined {
  return BY_PATH.get(path) as (Field & { readonly path: Path }) | undefined;
}

/** Full paths of the keys that may stand below a section; `""` is the top. */
export function keysBelow(section: string): readonly string[] {
  const start = section === "" ? "" : `${section}.`;
  const below = FIELDS.filter(({ path }) => path.startsWith(start));
  return [...new Set(below.map(({ path }) => start + path.slice(start.length).split(".")[0]))];
}

/** Environment variables of a setting, the first one set wins: `OFFSHOOT_NEON_PARENT_AT` for `neon.parentAt`. */
export function variablesOf(field: Field): readonly string[] {
  const own = field.path.replaceAll(/[A-Z]/g, "_$&").replaceAll(".", "_").toUpperCase();
  return [`OFFSHOOT_${own}`, ...(field.aliases ?? [])];
}

/** The flag that sets a setting: `--neon-parent-at` for `neon.parentAt`. */
export function flagOf(field: Field): string {
  return `--${field.path.replaceAll(/[A-Z]/g, "-$&").replaceAll(".", "-").toLowerCase()}`;
}
