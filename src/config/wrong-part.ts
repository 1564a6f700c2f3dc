import { parseDuration } from "../duration.ts";
import type { Field } from "./field.ts";
import { POSTGRES_MAJORS, TOOL_CHOICES } from "./settings.ts";
import { isMaskingRule, MOST_RULES } from "../masking-rule.ts";
import { isSweepRule } from "./sweep-rule.ts";
import { areTableLimits, isLimit, LIMIT_KEYS, TABLE } from "./table-limits.ts";
import type { ValueKind } from "./kind-values.ts";
import { VALUE_FORMATS } from "./value-formats.ts";

export const DURATION = /^(?=\d)(\d+d)?(\d+h)?(\d+m(?!s))?(\d+s)?(\d+ms)?$/;
export const LINE = /^(?=.*\S)\P{Cc}+$/u;
export const BYTES = /^\d{1,6}(MB|GB)$/;
// A name that starts with a dash would be an option of the docker command.
export const IMAGE = /^[A-Za-z0-9]\S*$/;
// A host or an endpoint. The id of a Neon branch would match nothing.
export const DATABASE_NAME = /^(?!br-)(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_][\w.-]*)(:\d{1,5})?(\/[^/\s?]+)?$/;
export const LSN = /^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/;
export const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A date and time of RFC 3339, with days that exist only in a month that has them. */
const DAY = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

type Check = (input: unknown, field: Field) => boolean;

/**
 * The path of the first wrong part inside a value in the form used in the file; undefined if the value is valid. Empty: the
 * value as a whole. It accepts what `schema.ts` accepts, which a test compares: loading that schema's library would take half
 * as long as the start of Node, at the start of every command.
 */
export function wrongPart(field: Field, input: unknown): readonly PropertyKey[] | undefined {
  const isValid = CHECKS[field.kind];
  if (isValid(input, field)) return undefined;
  if (field.kind === "steps") return wrongStep(input) ?? [];
  const isItem = ITEMS[field.kind];
  if (isItem !== undefined && Array.isArray(input)) {
    const index = input.findIndex((item) => !isItem(item, field));
    return index < 0 ? [] : [index];
  }
  const isEntry = ENTRIES[field.kind];
  if (isEntry === undefined || !isMap(input)) return [];
  const entry = Object.entries(input).find(([name, value]) => !isEntry(name, value));
  return entry === undefined ? [] : [entry[0]];
}

export function isBetween(text: string, min: string, max: string | undefined): boolean {
  const ms = parseDuration(text);
  return ms !== undefined && ms >= (parseDuration(min) ?? 0) && (max === undefined || ms <= (parseDuration(max) ?? 0));
}

export function hasHost(text: string): boolean {
  return URL.canParse(text) && new URL(text).hostname !== "";
}

/** A `%` that is not part of an escape makes `decodeURIComponent` fail later. */
export function isEncoded(url: string): boolean {
  return /^(?:[^%]|%[0-9A-Fa-f]{2})*$/.test(url);
}

const matches =
  (pattern: RegExp): Check =>
  (input) =>
    typeof input === "string" && pattern.test(input);
const line = matches(LINE);
const choice: Check = (input, { kind }) => VALUE_FORMATS[kind].choices?.includes(input as string) === true;
const isProvider: Check = (input, field) => input !== "auto" && choice(input, field);

const isMask: Check = (input) => isMap(input) && isMaskingRule(input, LINE);

const isRule: Check = (input) => isMap(input) && isSweepRule(input, DURATION, LINE);

/** The kinds whose value has keys, with the check of one of them. */
const ENTRIES: Readonly<Partial<Record<ValueKind, (name: string, value: unknown) => boolean>>> = {
  variables: (name, value) => isVariable(name, value),
  limitSeverities: (name, value) => isSeverityOfLimit(name, value),
  tableLimits: (name, value) => areLimitsOf(name, value),
};

/** The kinds whose value can be a list, with the check of one item. */
const ITEMS: Readonly<Partial<Record<ValueKind, Check>>> = {
  provider: isProvider,
  list: line,
  normalisations: choice,
  requiredSteps: choice,
  sweepRules: isRule,
  maskingRules: isMask,
};

const listOr =
  (single: Check): Check =>
  (input, field) =>
    single(input, field) || (Array.isArray(input) && input.every((item) => ITEMS[field.kind]?.(item, field) === true));

const CHECKS: Readonly<Record<ValueKind, Check>> = {
  provider: (input, field) =>
    listOr(choice)(input, field) && (!Array.isArray(input) || (input.length > 0 && new Set(input).size === input.length)),
  neonSslMode: choice,
  scope: choice,
  severity: choice,
  fence: choice,
  outbound: choice,
  tool: choice,
  duration: (input, { min = "1ms", max }) => typeof input === "string" && DURATION.test(input) && isBetween(input, min, max),
  limit: (input) => typeof input === "string" && isLimit(input),
  limitSeverities: (input) => isMap(input) && Object.entries(input).every(([name, value]) => isSeverityOfLimit(name, value)),
  tableLimits: (input) => isMap(input) && Object.entries(input).every(([name, value]) => areLimitsOf(name, value)),
  major: (input) => (POSTGRES_MAJORS as readonly unknown[]).includes(input),
  boolean: (input) => typeof input === "boolean",
  size: (input) => Number.isFinite(input) && (input as number) >= 0.25,
  count: (input) => Number.isSafeInteger(input) && (input as number) >= 0,
  bytes: matches(BYTES),
  text: line,
  command: (input) => typeof input === "string" && /\S/.test(input) && !input.includes("\0"),
  path: line,
  image: matches(IMAGE),
  moment: (input) => typeof input === "string" && (LSN.test(input) || isTime(input)),
  databaseName: matches(DATABASE_NAME),
  apiUrl: (input) => typeof input === "string" && /^https?:\/\//.test(input) && hasHost(input),
  postgresUrl: (input) => typeof input === "string" && /^postgres(ql)?:\/\//.test(input) && hasHost(input) && isEncoded(input),
  list: listOr(line),
  normalisations: listOr(choice),
  requiredSteps: listOr(choice),
  maskingRules: (input, field) => Array.isArray(input) && input.length <= MOST_RULES && input.every((item) => isMask(item, field)),
  sweepRules: (input, field) => Array.isArray(input) && input.every((item) => isRule(item, field)),
  variables: (input) => isMap(input) && Object.entries(input).every(([name, value]) => isVariable(name, value)),
  steps: (input) => wrongStep(input) === undefined,
};

/** More are a script, which can be one step. */
export const MOST_STEPS = 20;

const lines: Check = (input, field) => line(input, field) || (Array.isArray(input) && input.every((item) => line(item, field)));
const EVERY_STEP = { name: line, files: lines, env: CHECKS.variables, directory: line };
const TOOL_STEP: Readonly<Record<string, Check>> = {
  ...EVERY_STEP,
  tool: (input) => input !== "none" && (TOOL_CHOICES as readonly unknown[]).includes(input),
  folder: line,
  irreversible: lines,
};
const COMMAND_STEP: Readonly<Record<string, Check>> = {
  ...EVERY_STEP,
  command: CHECKS.command,
  seed: (input) => input === "once" || input === "repeatable",
};

const STEP_FIELD: Field = { path: "migrations.steps", kind: "steps", description: "" };

/** The path of the first wrong step: with its wrong key, if the key is known. */
function wrongStep(input: unknown): readonly PropertyKey[] | undefined {
  if (!Array.isArray(input) || input.length === 0 || input.length > MOST_STEPS) return [];
  for (const [index, step] of (input as unknown[]).entries()) {
    if (!isMap(step)) return [index];
    const keys = Object.hasOwn(step, "command") ? COMMAND_STEP : TOOL_STEP;
    if (Object.keys(step).some((key) => !Object.hasOwn(keys, key))) return [index];
    const wrong = Object.entries(step).find(
      ([key, value]) => (value !== undefined || key === "command") && keys[key]?.(value, STEP_FIELD) !== true,
    );
    if (wrong !== undefined) return [index, wrong[0]];
  }
  return undefined;
}

function isTime(text: string): boolean {
  const [, year, month, day] = (DAY.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  // `Date` changes 30 February to 1 March, and the years 0 to 99 to 1900 to 1999. The calendar repeats after 400 years.
  const date = new Date(Date.UTC(year + 400, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isVariable(name: string, value: unknown): boolean {
  return VARIABLE.test(name) && typeof value === "string" && !value.includes("\0");
}

function isSeverityOfLimit(name: string, value: unknown): boolean {
  return LIMIT_KEYS.some((key) => key === name) && ["error", "warning", "info"].includes(value as string);
}

function areLimitsOf(name: string, value: unknown): boolean {
  return TABLE.test(name) && isMap(value) && areTableLimits(value, BYTES, LINE);
}

function isMap(input: unknown): input is Readonly<Record<string, unknown>> {
  if (typeof input !== "object" || input === null) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === Object.prototype || prototype === null;
}
