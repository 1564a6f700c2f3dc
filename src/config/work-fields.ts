import type { Field } from "./field.ts";

// Node's timers hold at most 2^31 - 1 ms, a little under 25 days. A longer timer fires immediately.
const TIMER = { kind: "duration", max: "24d" } as const;

/** The settings of bases, audit, drift, the comment, and all time limits. */
export const WORK_FIELDS = [
  {
    path: "passSecrets",
    kind: "boolean",
    default: "false",
    description:
      "Pass `NEON_API_KEY`, `OFFSHOOT_EXISTING_URL` and `OFFSHOOT_GITHUB_TOKEN` on to the commands that offshoot starts. Only a command that calls offshoot itself needs them.",
  },
  {
    path: "base",
    kind: "boolean",
    otherwise: "the provider decides",
    description: "Keep a migrated database for each version of the migrations. Later runs copy it and skip the migrations.",
  },
  { path: "baseTtl", kind: "duration", max: "365d", default: "14d", description: "A base that no run has used for this time is deleted." },
  {
    path: "cache.bases",
    kind: "count",
    otherwise: "10 on a local server, no limit on Neon",
    description:
      "Maximum number of bases. The one whose last use is longest ago is deleted first: on a local server when a new one is kept, on Neon by `offshoot sweep`.",
  },
  {
    path: "cache.size",
    kind: "bytes",
    default: "2GB",
    description: "Maximum size of all bases of a local server together, such as `500MB` or `2GB`.",
  },
  { path: "psql", kind: "text", default: "psql", description: "The client that `offshoot psql` starts, such as `pgcli`." },
  {
    path: "audit.spec",
    kind: "path",
    short: "audit",
    aliases: ["OFFSHOOT_AUDIT"],
    description: "Path of the audit spec. `audit: FILE` is a short form.",
  },
  {
    path: "audit.baseline",
    kind: "path",
    description: "Path of the baseline: the accepted findings, which audits do not report. `offshoot audit --baseline` writes it.",
  },
  {
    path: "audit.failOn",
    kind: "severity",
    default: "error",
    description: "Lowest severity that fails an audit: `error`, `warning` or `info`.",
  },
  {
    path: "check.workflow.require",
    kind: "requiredSteps",
    default: "",
    description:
      "Steps that the workflows must contain: `audit`, `rollback-check`, `metrics`, `worker`, `teardown`, `unbuffered`. `check workflow` reports each one that is missing.",
  },
  {
    path: "comment",
    kind: "boolean",
    default: "false",
    description:
      "On GitHub, write one comment on the pull request with the results of all jobs, and keep it up to date. Needs `OFFSHOOT_GITHUB_TOKEN` or `GITHUB_TOKEN`.",
  },
  {
    path: "commentOutput",
    kind: "boolean",
    default: "false",
    description:
      "Also show the last lines of a failed command in the comment on the pull request. They can contain secrets that offshoot does not know.",
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
  {
    path: "sweep.also",
    kind: "sweepRules",
    default: "",
    otherwise: "none",
    description:
      "Branches of other tools that `offshoot sweep --also` deletes, or lets expire: rules with `match`, `closed`, `olderThan`, `repository`, `expireIn` and `reason` ([Neon](docs/providers/neon.md#branches-that-other-tools-left)).",
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
