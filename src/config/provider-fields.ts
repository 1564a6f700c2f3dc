import type { Field } from "./field.ts";

/** The settings that decide which database is used, and where it comes from. */
export const PROVIDER_FIELDS = [
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
    path: "neon.maskingRules",
    kind: "maskingRules",
    default: "",
    otherwise: "the rules of the parent branch",
    description:
      "Rules by which Neon masks the data of new branches, with the keys of its API. With a rule, `neon.anonymized` is true ([Neon](docs/providers/neon.md#a-past-state-and-masked-data)).",
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
    path: "neon.sslmode",
    kind: "neonSslMode",
    default: "verify-full",
    description:
      "What clients verify of the certificates of Neon's servers. Weaker values: `verify-ca` does not compare the host name, `require` encrypts without any check.",
  },
  {
    path: "neon.apiHost",
    kind: "apiUrl",
    aliases: ["NEON_API_HOST"],
    otherwise: "Neon's public API",
    description: "Base URL of the Neon API, which gets the API key. Only from a variable or a flag, not from the file.",
  },
  {
    path: "neon.allowHttp",
    kind: "boolean",
    default: "false",
    description:
      "Send the API key to an `http:` API host on another machine. Anyone on the network between can read it. Only from a variable or a flag, not from the file.",
  },
  { path: "docker.image", kind: "image", otherwise: "`postgres:<major>`", description: "Image that the Docker provider starts." },
  {
    path: "existing.url",
    kind: "postgresUrl",
    description:
      "URL of an existing Postgres server, with a role that can create databases. If the URL has a password, use the environment variable instead of the file.",
  },
  {
    path: "existing.clones",
    kind: "boolean",
    default: "false",
    description: "Also create clones of a run's database on this server, for `offshoot clone` and the test runners: one for each worker.",
  },
] as const satisfies readonly Field[];
