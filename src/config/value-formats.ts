import { redact } from "../redact.ts";
import { parseDuration } from "../duration.ts";
import {
  NEON_SSL_MODES,
  NORMALISATION_CHOICES,
  OUTBOUND_MODES,
  PROVIDER_CHOICES,
  POSTGRES_MAJORS,
  REQUIRED_STEP_CHOICES,
  TOOL_CHOICES,
} from "./settings.ts";
import type { MaskingRule } from "../masking-rule.ts";
import type { WrittenRule } from "./sweep-rule.ts";
import type { ValueKind } from "./kind-values.ts";
import type { SweepRule } from "./settings.ts";
import { readSteps, stepsOf } from "./steps.ts";
import { bytesOf, LIMIT_KEYS, limitMs, tableLimitsOf, type WrittenTableLimits } from "./table-limits.ts";

/** How the values of one kind are written, read and shown. */
export interface ValueFormat {
  /** Ends an error message that starts with "expected …". */
  readonly expected: string;
  /** The allowed values, for suggestions when a value is misspelt. */
  readonly choices?: readonly string[];
  /** A wrong value can contain a secret and must not be printed. */
  readonly hidden?: true;
  /** Converts the text of a variable or flag to the form used in the file. Returns the text if it cannot be converted. */
  readonly fromText?: (text: string) => unknown;
  /** Converts a value from the form used in the file to the form used in the settings. */
  readonly toValue?: (input: unknown) => unknown;
  /** How the value is shown to users. Default: as text. */
  readonly show?: (input: unknown) => string;
}

const items = (text: string): readonly string[] =>
  splitItems(text)
    .map((item) => item.trim())
    .filter((item) => item !== "");
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["0", false],
]);
const asNumber = (text: string): unknown => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text);

export const VALUE_FORMATS: Readonly<Record<ValueKind, ValueFormat>> = {
  provider: {
    expected: `auto, or one or more of ${PROVIDER_CHOICES.join(", ")}, each only once`,
    choices: ["auto", ...PROVIDER_CHOICES],
    fromText: (text) => (text.includes(",") ? items(text) : text),
    show: (input) => [input].flat().join(", "),
  },
  scope: { expected: "run or pull-request", choices: ["run", "pull-request"] },
  severity: { expected: "error, warning or info", choices: ["error", "warning", "info"] },
  neonSslMode: { expected: `one of ${NEON_SSL_MODES.join(", ")}`, choices: NEON_SSL_MODES },
  fence: { expected: "auto, require or off", choices: ["auto", "require", "off"] },
  outbound: { expected: "refuse, disable or allow", choices: OUTBOUND_MODES },
  tool: { expected: `one of ${TOOL_CHOICES.join(", ")}`, choices: TOOL_CHOICES },
  duration: { expected: "a duration such as 90m, 2h or 3d", toValue: (input) => parseDuration(String(input)) },
  major: { expected: `one of the numbers ${POSTGRES_MAJORS.join(", ")}`, fromText: asNumber },
  boolean: {
    expected: "true or false",
    fromText: (text) => BOOLEANS.get(text.toLowerCase()) ?? text,
  },
  size: { expected: "a number of compute units, at least 0.25", fromText: asNumber },
  count: { expected: "a whole number, 0 or more", fromText: asNumber },
  bytes: { expected: "a size such as 500MB or 2GB", toValue: (input) => bytesOf(String(input)) },
  text: { expected: "one line of text" },
  command: { expected: "a shell command, written as one text", hidden: true },
  path: { expected: "a path" },
  image: { expected: "an image such as postgres:17" },
  moment: { expected: "a timestamp with UTC offset such as 2026-01-31T12:00:00Z, or an LSN such as 0/1A2B3C4D" },
  databaseName: {
    expected:
      "a host such as db.example.com, also with its port, or the id of a Neon endpoint such as ep-cool-sky-123456; each also with /database",
    hidden: true,
  },
  apiUrl: { expected: "a URL such as https://host/path", hidden: true },
  postgresUrl: {
    expected: "a URL such as postgresql://user@host:5432/database, with special characters in the password written as %XX",
    hidden: true,
    show: (input) => withoutLogin(String(input)),
  },
  list: {
    expected: "a path or glob, or a list of them",
    fromText: items,
    toValue: (input) => [input].flat(),
    show: (input) => [input].flat().join(", "),
  },
  normalisations: {
    expected: `names of differences: ${NORMALISATION_CHOICES.join(", ")}`,
    choices: NORMALISATION_CHOICES,
    fromText: items,
    toValue: (input) => [input].flat(),
    show: (input) => [input].flat().join(", "),
  },
  requiredSteps: {
    expected: `names of steps: ${REQUIRED_STEP_CHOICES.join(", ")}`,
    choices: REQUIRED_STEP_CHOICES,
    fromText: items,
    toValue: (input) => [input].flat(),
    show: (input) => [input].flat().join(", "),
  },
  variables: {
    expected: "names of environment variables, each with a value in quotes (in OFFSHOOT_MIGRATIONS_ENV: one NAME=value on each line)",
    hidden: true,
    fromText: readVariables,
    show: (input) => Object.keys(input as object).join(", "),
  },
  sweepRules: {
    expected:
      "a list of rules, each with `match` (a name that starts with two or more fixed characters, and with `*` for the rest), `reason`, and `closed: true` (then with exactly one `*`) or `olderThan` (at least 1h) or both; `repository: owner/name` and `expireIn` are optional",
    fromText: readRules,
    toValue: (input) => (input as readonly WrittenRule[]).map(toRule),
    show: (input) => (input as readonly WrittenRule[]).map(({ match }) => match).join(", "),
  },
  maskingRules: {
    expected:
      "a list of rules with the keys of Neon's API, each with database_name, schema_name, table_name, column_name, and either masking_function or masking_value",
    fromText: readRules,
    show: (input) => (input as readonly MaskingRule[]).map((rule) => `${rule.table_name}.${rule.column_name}`).join(", "),
  },
  steps: {
    expected:
      "a list of steps, each with `tool` or `command`, and if needed name, files, env, directory, folder, irreversible; a step with `command` also seed: once or repeatable (in OFFSHOOT_MIGRATIONS_STEPS: as JSON)",
    hidden: true,
    fromText: readSteps,
    toValue: stepsOf,
    show: (input) =>
      stepsOf(input)
        .map(({ name }) => name)
        .join(", "),
  },
  limit: { expected: "a duration such as 500ms, 2s or 10m, or 0s", toValue: (input) => limitMs(String(input)) },
  limitSeverities: {
    expected: `error, warning or info for one or more of ${LIMIT_KEYS.join(", ")}`,
    fromText: readMap,
    show: (input) => Object.keys(input as object).join(", "),
  },
  tableLimits: {
    expected:
      "names of tables, each with `reason`, and if needed `blockedReads`, `blockedWrites` (durations), `rewrite` (a size) and `until` (a day that exists, such as 2026-12-31)",
    fromText: readMap,
    toValue: (input) => tableLimitsOf(input as Readonly<Record<string, WrittenTableLimits>>),
    show: (input) => Object.keys(input as object).join(", "),
  },
};

/** In a variable or a flag, a value with keys is JSON. Returns other text as it is. */
function readMap(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function msOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDuration(text);
}

function toRule({ match, closed = false, repository, olderThan, expireIn, reason }: WrittenRule): SweepRule {
  return { match, closed, repository, olderThanMs: msOf(olderThan), expireInMs: msOf(expireIn), reason };
}

/** In a variable or a flag, the rules are JSON. Returns other text as it is. */
function readRules(text: string): unknown {
  if (text.trim() === "") return [];
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A value as it is shown to users, without passwords and without the content of environment variables. */
export function showValue(kind: ValueKind, input: unknown): string {
  return redact((VALUE_FORMATS[kind].show ?? String)(input));
}

/** Reads one `NAME=value` from each line. Returns the text if a line has another form. */
function readVariables(text: string): unknown {
  const pairs = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => [line, line.indexOf("=")] as const);
  if (pairs.some(([, at]) => at < 1)) return text;
  return Object.fromEntries(pairs.map(([line, at]) => [line.slice(0, at), line.slice(at + 1)]));
}

function withoutLogin(url: string): string {
  const { host, pathname } = new URL(url);
  return host + pathname;
}

/** Splits at line breaks and commas. A comma before a closing brace is part of a glob such as `*.{sql,ts}`. */
function splitItems(text: string): readonly string[] {
  const parts: string[] = [];
  let end = text.length;
  let isInBraces = false;
  // From the end, because what follows a comma decides about it.
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const character = text[at];
    if (character === "{" || character === "}") isInBraces = character === "}";
    else if (character === "\n" || (character === "," && !isInBraces)) {
      parts.push(text.slice(at + 1, end));
      end = at;
    }
  }
  return [...parts, text.slice(0, end)].toReversed();
}
