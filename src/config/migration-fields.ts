import type { Field } from "./field.ts";

/** The settings of migrations: of the only step, or of several. */
export const MIGRATION_FIELDS = [
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
    path: "migrations.fence",
    kind: "fence",
    default: "auto",
    description:
      "Whether the migration command connects through offshoot, so that it can never overlap with the command of another job ([migrations](docs/migrations.md)). `auto`: unless it is started by `docker`, `ssh` or the like. `require`: it fails if it connects elsewhere. `off`: it connects to the server itself.",
  },
  {
    path: "migrations.steps",
    kind: "steps",
    short: "migrations",
    otherwise: "one step, from the settings above",
    description:
      "Several steps in this order, such as two tools, or a tool and a seed ([steps](docs/steps.md)). `migrations: [STEP, …]` is a short form.",
  },
  {
    path: "migrations.seedExisting",
    kind: "boolean",
    default: "false",
    description:
      "Allow seeds on a database that offshoot did not create: provider `existing`, and `--url`. A seed can delete rows. Without this setting they are refused there.",
  },
  {
    path: "migrations.production",
    kind: "databaseName",
    description:
      "The production database, by its host (also with its port), by the id of its Neon endpoint, or one of them as `host/database`. In builds of Vercel, Netlify and Cloudflare, `offshoot migrate` with `--url` migrates it only in a production build, and a production build migrates no other one ([previews](docs/previews/README.md)).",
  },
] as const satisfies readonly Field[];
