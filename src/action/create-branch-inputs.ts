import { formatDuration } from "../duration.ts";
import { MAX_TTL_MS } from "../identity/expiry.ts";
import type { Inputs } from "./inputs.ts";
import type { Problems } from "./problems.ts";

/** What an input of create-branch-action means here. */
export interface CreateBranchInputs {
  /** Environment variables that are set for what we do. */
  readonly env: Readonly<Record<string, string>>;
  /** Settings as `key=value`. */
  readonly set: readonly string[];
  readonly run: string | undefined;
  readonly ttl: string | undefined;
  /** What is done otherwise than create-branch-action does it. */
  readonly notes: readonly string[];
}

/** How URLs are spelt in the outputs. */
export interface UrlStyle {
  readonly prisma: boolean;
  readonly ssl: (typeof SSL_MODES)[number];
}

const SSL_MODES = ["require", "verify-ca", "verify-full", "omit"] as const;

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Reads the inputs that create-branch-action has, all but those on URLs. What can't be honoured becomes a problem. */
export function readCreateBranchInputs(inputs: Inputs, now: Date, problems: Problems): CreateBranchInputs {
  const settings: Readonly<Record<string, string | undefined>> = {
    "neon.apiHost": given(inputs.api_host),
    "neon.project": given(inputs.project_id),
    "neon.parent": given(inputs.parent_branch),
    "neon.database": given(inputs.database),
    "neon.role": given(inputs.role),
    "neon.schemaOnly": problems.choice("branch_type", ["default", "schema-only"]) === "schema-only" ? "true" : undefined,
    "neon.compute.suspend": suspension(inputs.suspend_timeout, problems),
  };
  refuse(inputs, problems);
  const run = given(inputs.branch_name);
  return {
    env: inputs.api_key === "" ? {} : { NEON_API_KEY: inputs.api_key },
    set: Object.entries(settings).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])),
    run,
    ttl: timeToLive(inputs.expires_at, now, problems),
    notes: run === undefined ? [] : [`branch_name names the run: its branch is found by \`run: ${run}\`, and has a name under offshoot/.`],
  };
}

/** Reads the inputs that say how URLs are spelt. */
export function readUrlStyle(problems: Problems): UrlStyle {
  return { prisma: problems.boolean("prisma"), ssl: problems.choice("ssl", SSL_MODES) };
}

/** The inputs for which there is nothing here: a workflow that counts on them would go on without, and fail later. */
function refuse(inputs: Inputs, problems: Problems): void {
  if (!["", "[]"].includes(inputs.masking_rules.replaceAll(/\s/g, ""))) {
    problems.add(
      "masking_rules",
      "can't be given here. Set the rules on the parent branch in Neon, and give `settings: neon.anonymized=true`.",
    );
  }
  for (const name of ["get_auth_url", "get_data_api_url"] as const) {
    if (problems.boolean(name)) problems.add(name, "can't be honoured: only the database is asked for. Ask Neon's API for this URL.");
  }
}

/** Seconds, where 0 is the project's default. Neon's API: 60 to 604800 take effect. */
function suspension(text: string, problems: Problems): string | undefined {
  const seconds = Number(text);
  if (seconds === 0) return undefined;
  if (Number.isInteger(seconds) && seconds >= 60 && seconds <= 604_800) return formatDuration(seconds * 1000);
  problems.add("suspend_timeout", `is \`${text}\`; expected whole seconds from 60 to 604800, or 0 for the project's default.`);
  return undefined;
}

function timeToLive(text: string, now: Date, problems: Problems): string | undefined {
  if (text === "") return undefined;
  const ms = MOMENT.test(text) ? Date.parse(text) - now.getTime() : Number.NaN;
  if (ms >= 1000 && ms <= MAX_TTL_MS) return formatDuration(Math.floor(ms / 1000) * 1000);
  const why = Number.isNaN(ms)
    ? "expected a moment such as 2027-01-31T18:00:00Z"
    : ms < 1000
      ? "this is past"
      : "Neon takes 30 days at most";
  problems.add("expires_at", `is \`${text}\`; ${why}. \`ttl: 2h\` counts from now.`);
  return undefined;
}

function given(text: string): string | undefined {
  return text === "" ? undefined : text;
}
