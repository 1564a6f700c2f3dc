import { fieldAt } from "../config/fields.ts";
import { wrongPart } from "../config/wrong-part.ts";
import { msOfTime } from "../day.ts";
import { formatDuration } from "../duration.ts";
import { MAX_TTL_MS } from "../identity/expiry.ts";
import type { Inputs } from "./inputs.ts";
import type { Problems } from "./problems.ts";

/** The inputs of create-branch-action, as settings of offshoot. */
export interface CreateBranchInputs {
  /** Environment variables to set. */
  readonly env: Readonly<Record<string, string>>;
  /** Settings as `key=value`. */
  readonly set: readonly string[];
  readonly run: string | undefined;
  readonly ttl: string | undefined;
  /** Differences from create-branch-action that the user must know. */
  readonly notes: readonly string[];
}

/** The form of the URLs in the outputs. */
export interface UrlStyle {
  readonly prisma: boolean;
  readonly ssl: (typeof SSL_MODES)[number];
}

const SSL_MODES = ["require", "verify-ca", "verify-full", "omit"] as const;

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Reads the inputs of create-branch-action, except those for the form of URLs. An input that is not supported is a problem. */
export function readCreateBranchInputs(inputs: Inputs, now: Date, problems: Problems): CreateBranchInputs {
  const settings: Readonly<Record<string, string | undefined>> = {
    "neon.apiHost": given(inputs.api_host),
    "neon.project": given(inputs.project_id),
    "neon.parent": given(inputs.parent_branch),
    "neon.database": given(inputs.database),
    "neon.role": given(inputs.role),
    "neon.schemaOnly": problems.choice("branch_type", ["default", "schema-only"]) === "schema-only" ? "true" : undefined,
    "neon.maskingRules": maskingRules(inputs, problems),
    "neon.compute.suspend": suspension(inputs.suspend_timeout, problems),
  };
  const run = given(inputs.branch_name);
  return {
    env: inputs.api_key === "" ? {} : { NEON_API_KEY: inputs.api_key },
    set: Object.entries(settings).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])),
    run,
    ttl: timeToLive(inputs.expires_at, now, problems),
    notes:
      run === undefined
        ? []
        : [
            `The input branch_name sets the name of the run. The Neon branch has another name, which starts with offshoot/. Other steps find it with \`run: ${run}\`.`,
          ],
  };
}

/** Reads the inputs for the form of the URLs. */
export function readUrlStyle(problems: Problems): UrlStyle {
  return { prisma: problems.boolean("prisma"), ssl: problems.choice("ssl", SSL_MODES) };
}

/** The rules as JSON, which the setting checks. Problems are reported here, because the user has set an input and no setting. */
function maskingRules({ masking_rules: text }: Inputs, problems: Problems): string | undefined {
  if (text.trim() === "") return undefined;
  const rules = parsed(text);
  if (Array.isArray(rules) && rules.length === 0) return undefined;
  const field = fieldAt("neon.maskingRules");
  if (Array.isArray(rules) && field !== undefined && wrongPart(field, rules) === undefined) return JSON.stringify(rules);
  problems.add(
    "masking_rules",
    "is not a JSON list of rules, each with database_name, schema_name, table_name, column_name, and either masking_function or masking_value.",
  );
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A time in seconds; 0 means the project's default. Neon's API accepts 60 to 604800. */
function suspension(text: string, problems: Problems): string | undefined {
  const seconds = Number(text);
  if (seconds === 0) return undefined;
  if (Number.isInteger(seconds) && seconds >= 60 && seconds <= 604_800) return formatDuration(seconds * 1000);
  problems.add("suspend_timeout", `is \`${text}\`; expected a number of seconds from 60 to 604800, or 0 for the project's default.`);
  return undefined;
}

function timeToLive(text: string, now: Date, problems: Problems): string | undefined {
  if (text === "") return undefined;
  const ms = TIMESTAMP.test(text) ? msOfTime(text) - now.getTime() : Number.NaN;
  if (ms >= 1000 && ms <= MAX_TTL_MS) return formatDuration(Math.floor(ms / 1000) * 1000);
  const reason = Number.isNaN(ms)
    ? "expected a time such as 2027-01-31T18:00:00Z"
    : ms < 1000
      ? "this time is in the past"
      : "Neon allows at most 30 days";
  problems.add("expires_at", `is \`${text}\`; ${reason}. To set a time from now, use \`ttl: 2h\`.`);
  return undefined;
}

function given(text: string): string | undefined {
  return text === "" ? undefined : text;
}
