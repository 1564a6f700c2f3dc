import type { ActorPlan, Schedule } from "./plans.ts";
import type { Checkout } from "./project.ts";
import type { Venue } from "./venues/venue.ts";

const MIGRATE = new URL("scripts/migrate.sh", import.meta.url).pathname;
const JOB = new URL("scripts/job.sh", import.meta.url).pathname;

/** The arguments of an actor. */
export function argsOf({ kind, workS, status }: ActorPlan): readonly string[] {
  const more: Partial<Record<ActorPlan["kind"], readonly string[]>> = {
    run: ["--", "bash", JOB, String(workS), String(status)],
    env: ["--format", "json"],
    list: ["--json"],
    sweep: ["--yes", "--idle", "0"],
  };
  return [kind, ...(more[kind] ?? [])];
}

/** The environment of every process of a run. */
export function environmentOf(
  schedule: Schedule,
  venue: Venue,
  checkout: Checkout,
  { journal, label }: { readonly journal: string; readonly label: string },
): Readonly<Record<string, string>> {
  const end = schedule.special === "failing-migration" ? "fails" : "well";
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: checkout.folder,
    USER: "node",
    GIT_CONFIG_GLOBAL: "/dev/null",
    NO_COLOR: "1",
    ...venue.env,
    ...(schedule.special === "fallback" ? UNREACHABLE : {}),
    ...(schedule.special === "rejected" ? rejected() : {}),
    ...checkout.env,
    OFFSHOOT_TTL: schedule.ttl === "short" ? "12s" : "2h",
    OFFSHOOT_BASE: String(schedule.base),
    OFFSHOOT_MIGRATIONS_COMMAND: `bash ${MIGRATE} ${end} ${schedule.stepMs}`,
    OFFSHOOT_TIMEOUTS_LEASE: "5s",
    OFFSHOOT_TIMEOUTS_COMMAND_GRACE: "1s",
    OFFSHOOT_TIMEOUTS_ACQUIRE: "40s",
    RUN_LABEL: label,
    JOURNAL: journal,
  };
}

const NEON = { OFFSHOOT_PROVIDER: "neon,embedded", NEON_PROJECT_ID: "still-sun-12345678" } as const;

/** Nothing listens on the discard port. */
const UNREACHABLE = { ...NEON, NEON_API_KEY: "a-key-that-nobody-sees", NEON_API_HOST: "http://127.0.0.1:9/api/v2" } as const;

let rejectingHost: string | undefined;

/** Where every key is refused. */
export function rejectKeysAt(url: string): void {
  rejectingHost = url;
}

function rejected(): Readonly<Record<string, string>> {
  if (rejectingHost === undefined) throw new Error("No server refuses keys.");
  return { ...NEON, NEON_API_KEY: "a-key-that-is-refused", NEON_API_HOST: rejectingHost };
}
