import { isDay } from "../day.ts";
import { parseDuration } from "../duration.ts";
import type { Bytes, Duration } from "./written-amounts.ts";

/** The names of the limits of a rehearsal. */
export const LIMIT_KEYS = ["blockedReads", "blockedWrites", "duration", "rewrite"] as const;
export type LimitKey = (typeof LIMIT_KEYS)[number];

/** Limits of one table, in the form used in the file. */
export interface WrittenTableLimits {
  readonly blockedReads?: Duration | undefined;
  readonly blockedWrites?: Duration | undefined;
  readonly rewrite?: Bytes | undefined;
  readonly reason: string;
  readonly until?: string | undefined;
}

/** Limits of one table. */
export interface TableLimits {
  readonly blockedReadsMs: number | undefined;
  readonly blockedWritesMs: number | undefined;
  readonly rewriteBytes: number | undefined;
  readonly reason: string;
  /** The last day on which they count. */
  readonly until: string | undefined;
}

/** A duration, or `0s`. */
export const LIMIT = /^(?=\d)(\d+d)?(\d+h)?(\d+m(?!s))?(\d+s)?(\d+ms)?$/;
/** A day, which the calendar must have too (`isDay`). */
export const DAY_ONLY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
/** A table, with its schema where there are several. */
export const TABLE = /^[^\p{Cc}]{1,200}$/u;

export function isLimit(text: string): boolean {
  return LIMIT.test(text) && (parseDuration(text) !== undefined || isZero(text));
}

/** Milliseconds of a limit in the form that the schema allows. */
export function limitMs(text: string): number {
  return parseDuration(text) ?? 0;
}

function isZero(text: string): boolean {
  return /^[0a-z]+$/.test(text);
}

/** The keys of the limits of one table. */
export const TABLE_KEYS: readonly string[] = ["blockedReads", "blockedWrites", "rewrite", "reason", "until"];

/** An exception without a limit changes nothing: its key was forgotten. */
export function hasLimit(limits: Readonly<Record<string, unknown>>): boolean {
  return ["blockedReads", "blockedWrites", "rewrite"].some((key) => limits[key] !== undefined);
}

/** Accepts what the schema accepts as the limits of one table. `bytes` and `line` are the patterns of those kinds. */
export function areTableLimits(value: Readonly<Record<string, unknown>>, bytes: RegExp, line: RegExp): boolean {
  const isText = (key: string, pattern: RegExp): boolean => typeof value[key] === "string" && pattern.test(value[key]);
  const isDuration = (key: string): boolean => value[key] === undefined || (typeof value[key] === "string" && isLimit(value[key]));
  return (
    Object.keys(value).every((key) => TABLE_KEYS.includes(key)) &&
    hasLimit(value) &&
    isDuration("blockedReads") &&
    isDuration("blockedWrites") &&
    (value["rewrite"] === undefined || isText("rewrite", bytes)) &&
    isText("reason", line) &&
    (value["until"] === undefined || (typeof value["until"] === "string" && isDay(value["until"])))
  );
}

/** The limits of tables, from the form used in the file. */
export function tableLimitsOf(written: Readonly<Record<string, WrittenTableLimits>>): Readonly<Record<string, TableLimits>> {
  return Object.fromEntries(Object.entries(written).map(([table, limits]) => [table, limitsOf(limits)]));
}

function limitsOf({ blockedReads, blockedWrites, rewrite, reason, until }: WrittenTableLimits): TableLimits {
  return {
    blockedReadsMs: blockedReads === undefined ? undefined : limitMs(blockedReads),
    blockedWritesMs: blockedWrites === undefined ? undefined : limitMs(blockedWrites),
    rewriteBytes: rewrite === undefined ? undefined : bytesOf(rewrite),
    reason,
    until,
  };
}

/** A size in the form that the schema allows. */
export function bytesOf(text: string): number {
  return Number.parseInt(text, 10) * 1024 ** (text.endsWith("GB") ? 3 : 2);
}
