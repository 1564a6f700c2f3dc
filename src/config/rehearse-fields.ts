import type { Field } from "./field.ts";

/** The limits of `offshoot rehearse`. */
export const REHEARSE_FIELDS = [
  {
    path: "rehearse.beforeMigrations",
    kind: "boolean",
    short: "rehearse",
    aliases: ["OFFSHOOT_REHEARSE"],
    default: "false",
    description:
      "Rehearse the migrations before they run, once for each run, and fail with exit status 10 if a limit is exceeded. `rehearse: true` is a short form. `--rehearse` of `run`, `up` and `migrate` does the same.",
  },
  {
    path: "rehearse.blockedReads",
    kind: "limit",
    default: "0s",
    description:
      "How long a migration can block the readers of a table ([rehearsal](docs/rehearsal.md)). Waits below 100 ms are never reported.",
  },
  { path: "rehearse.blockedWrites", kind: "limit", default: "1s", description: "How long a migration can block the writers of a table." },
  { path: "rehearse.duration", kind: "limit", default: "10m", description: "How long all pending migrations can take." },
  {
    path: "rehearse.outbound",
    kind: "outbound",
    default: "refuse",
    description:
      "What to do when the copy of a rehearsal can reach other systems, such as by a foreign server: `refuse` runs nothing, `disable` disables it in the copy, `allow` runs with it. `--outbound` of `rehearse` and `diff` does the same.",
  },
  {
    path: "rehearse.rewrite",
    kind: "bytes",
    default: "100MB",
    description: "Size up to which a migration can write all rows of a table again.",
  },
  {
    path: "rehearse.severities",
    kind: "limitSeverities",
    default: "",
    otherwise: "error",
    description:
      "The severity of a limit that is exceeded, such as `{ duration: warning }`. Keys: `blockedReads`, `blockedWrites`, `duration`, `rewrite`. In a variable, write JSON.",
  },
  {
    path: "rehearse.tables",
    kind: "tableLimits",
    default: "",
    otherwise: "none",
    description:
      "Other limits for some tables: `blockedReads`, `blockedWrites`, `rewrite`, with a `reason`, and `until` (a day such as 2026-12-31) if they expire. In a variable, write JSON.",
  },
] as const satisfies readonly Field[];
