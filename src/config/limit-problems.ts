import { isDay } from "../day.ts";
import { nearest } from "../nearest.ts";
import { hasLimit, isLimit, LIMIT_KEYS, TABLE_KEYS } from "./table-limits.ts";
import type { ValueKind } from "./kind-values.ts";
import { BYTES, LINE } from "./wrong-part.ts";

type Keys = Readonly<Record<string, unknown>>;

/** What is wrong, and the path of the wrong part inside the value. */
interface Problem {
  readonly problem: string;
  readonly at: readonly string[];
}

const SEVERITIES: readonly string[] = ["error", "warning", "info"];

/** Names the wrong key in limits of tables and in severities of limits. Undefined for other kinds, and where it is not a key. */
export function problemInLimits(kind: ValueKind, input: unknown, name: string): Problem | undefined {
  if (!isMap(input)) return undefined;
  if (kind === "limitSeverities") return problemOfSeverities(input, name);
  if (kind !== "tableLimits") return undefined;
  for (const [table, limits] of Object.entries(input)) {
    const found = isMap(limits) ? problemOfTable(limits, `${name}.${table}`) : undefined;
    if (found !== undefined) return { problem: found.problem, at: [table, ...found.at] };
  }
  return undefined;
}

function problemOfSeverities(input: Keys, name: string): Problem | undefined {
  for (const [key, value] of Object.entries(input)) {
    if (!LIMIT_KEYS.some((each) => each === key)) return { problem: unknown(key, LIMIT_KEYS, name), at: [key] };
    if (!SEVERITIES.includes(value as string))
      return { problem: wrong(`${name}.${key}`, value, "error, warning or info", SEVERITIES), at: [key] };
  }
  return undefined;
}

function problemOfTable(limits: Keys, name: string): Problem | undefined {
  for (const [key, value] of Object.entries(limits)) {
    if (!TABLE_KEYS.includes(key)) return { problem: unknown(key, TABLE_KEYS, name), at: [key] };
    const [isValid, expected] = CHECKS[key] ?? CHECKS["blockedReads"];
    if (typeof value !== "string" || !isValid(value)) return { problem: wrong(`${name}.${key}`, value, expected), at: [key] };
  }
  const missing =
    limits["reason"] === undefined
      ? "has no reason; write why this table is an exception: `reason: …`"
      : hasLimit(limits)
        ? undefined
        : "has no limit; add blockedReads, blockedWrites or rewrite, or remove the exception";
  return missing === undefined ? undefined : { problem: `${name} ${missing}`, at: [] };
}

const DURATION = [isLimit, "a duration such as 5s, or 0s"] as const;
const CHECKS: Readonly<Record<string, readonly [(text: string) => boolean, string]>> & { readonly blockedReads: typeof DURATION } = {
  blockedReads: DURATION,
  blockedWrites: DURATION,
  rewrite: [(text) => BYTES.test(text), "a size such as 100MB or 2GB"],
  reason: [(text) => LINE.test(text), "text in one line"],
  until: [(text) => isDay(text), "a day such as 2026-12-31"],
};

function unknown(key: string, keys: readonly string[], name: string): string {
  const meant = nearest(key, keys);
  const problem = `unknown key ${JSON.stringify(key)} in ${name}`;
  return meant === undefined ? `${problem}; valid keys: ${keys.join(", ")}` : `${problem}. Did you mean ${JSON.stringify(meant)}?`;
}

function wrong(name: string, value: unknown, expected: string, choices: readonly string[] = []): string {
  const meant = typeof value === "string" ? nearest(value, choices) : undefined;
  const is = value === null || value === undefined || value === "" ? "has no value" : `is ${shown(value)}`;
  return `${name} ${is}; expected ${expected}${meant === undefined ? "" : `. Did you mean ${JSON.stringify(meant)}?`}`;
}

function shown(value: unknown): string {
  if (typeof value === "object") return "a set of keys or a list";
  return JSON.stringify(typeof value === "string" ? value.slice(0, 60) : value) ?? "not valid";
}

function isMap(input: unknown): input is Keys {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}
