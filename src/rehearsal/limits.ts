import type { Severity } from "../findings/finding.ts";
import { nearest } from "../nearest.ts";

/** What a limit is about. */
export const LIMIT_NAMES = ["blockedReads", "blockedWrites", "duration", "rewrite"] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** The limits of a rehearsal, from the settings. */
export interface RehearsalLimits {
  readonly blockedReadsMs: number;
  readonly blockedWritesMs: number;
  readonly durationMs: number;
  readonly rewriteBytes: number;
  /** The severity of a finding, where it is not the default. */
  readonly severities: Readonly<Partial<Record<LimitName, Severity>>>;
  /** Other limits for some tables, by their name with its schema. */
  readonly tables: Readonly<Record<string, TableException>>;
}

/** Limits of one table. Those that are missing are the general ones. */
export interface TableException {
  readonly blockedReadsMs?: number | undefined;
  readonly blockedWritesMs?: number | undefined;
  readonly rewriteBytes?: number | undefined;
  readonly reason: string;
  /** The last day on which it counts, as `2026-12-31`. */
  readonly until?: string | undefined;
}

/**
 * Shorter waits are not findings, also with a limit of 0: every change of a table's definition blocks it for some
 * milliseconds, and a wait of this length is not noticed.
 */
export const MOMENT_MS = 100;

/** How many times one answer can be late in a wait. */
const DELAYS = 20;
/** How many times each message of a client can be late besides, and each further statement of the same message. */
const DELAYS_OF_MESSAGE = 2;
const DELAYS_OF_STATEMENT = 0.1;

/**
 * The length of a moment where an answer of the server comes `delayMs` too late. A busy machine makes everything slow: a
 * transaction with many statements on empty tables takes long there, and says nothing about the migration. `lateMs`: how much
 * of the wait its messages explain (`latenessOf`). Pure.
 */
export function momentOf(delayMs: number, lateMs: number): number {
  return Math.max(MOMENT_MS, Math.round(delayMs * DELAYS + lateMs));
}

/** How late this machine and the server answer. */
export interface Delay {
  readonly delayMs: number;
  /** Which share of a short answer is delay, from 0 to 1. */
  readonly delayShare: number;
}

/**
 * How much of the time of one message a busy machine can explain. Never more than such a share of it: a slow statement must not
 * be hidden by many fast ones, nor thousands of fast ones by their number. Pure.
 */
export function latenessOf({ delayMs, delayShare }: Delay, message: { readonly statements: number; readonly ms: number }): number {
  return Math.min(message.ms * delayShare, delayMs * (DELAYS_OF_MESSAGE + (message.statements - 1) * DELAYS_OF_STATEMENT));
}

/** The limits of one table, and why they are an exception. */
export interface EffectiveLimits {
  readonly blockedReadsMs: number;
  readonly blockedWritesMs: number;
  readonly rewriteBytes: number;
  /** The limits of waits as they are set, without what a busy machine explains. */
  readonly acceptedReadsMs: number;
  readonly acceptedWritesMs: number;
  /** Shorter waits are not findings. */
  readonly momentMs: number;
  /** The reason of the exception, for each limit that it has. */
  readonly reasons: Readonly<Partial<Record<Exclude<LimitName, "duration">, string>>>;
}

/** The limits for a table at a time. Pure. */
export function limitsFor(
  table: { readonly schema: string; readonly name: string },
  limits: RehearsalLimits,
  now: Date,
  momentMs: number = MOMENT_MS,
): EffectiveLimits {
  const exception = limits.tables[`${table.schema}.${table.name}`] ?? limits.tables[table.name];
  const used = exception === undefined || isExpired(exception, now) ? undefined : exception;
  const acceptedReadsMs = Math.max(MOMENT_MS, used?.blockedReadsMs ?? limits.blockedReadsMs);
  const acceptedWritesMs = Math.max(MOMENT_MS, used?.blockedWritesMs ?? limits.blockedWritesMs);
  return {
    blockedReadsMs: Math.max(momentMs, acceptedReadsMs),
    blockedWritesMs: Math.max(momentMs, acceptedWritesMs),
    acceptedReadsMs,
    acceptedWritesMs,
    rewriteBytes: used?.rewriteBytes ?? limits.rewriteBytes,
    momentMs,
    reasons: {
      ...(used?.blockedReadsMs === undefined ? {} : { blockedReads: used.reason }),
      ...(used?.blockedWritesMs === undefined ? {} : { blockedWrites: used.reason }),
      ...(used?.rewriteBytes === undefined ? {} : { rewrite: used.reason }),
    },
  };
}

/** The exceptions that no longer count. Pure. */
export function expiredExceptions({ tables }: RehearsalLimits, now: Date): readonly (TableException & { readonly table: string })[] {
  return Object.entries(tables).flatMap(([table, exception]) => (isExpired(exception, now) ? [{ table, ...exception }] : []));
}

/**
 * The exceptions that match none of these tables, each with the table whose name is most similar. An expired one is reported as that.
 * Pure.
 */
export function unmatchedExceptions(
  { tables }: RehearsalLimits,
  existing: Iterable<{ readonly schema: string; readonly name: string }>,
  now: Date,
): readonly { readonly table: string; readonly reason: string; readonly nearest: string | undefined }[] {
  const all = [...existing];
  const full = all.map(({ schema, name }) => `${schema}.${name}`);
  const names = new Set([...full, ...all.map(({ name }) => name)]);
  return Object.entries(tables)
    .filter(([table, exception]) => !names.has(table) && !isExpired(exception, now))
    .map(([table, { reason }]) => ({ table, reason, nearest: nearestTable(table, full, names) }));
}

/** A table of another case or schema is nearer than one of another name. */
function nearestTable(table: string, full: readonly string[], names: ReadonlySet<string>): string | undefined {
  const own = table.slice(table.lastIndexOf(".") + 1);
  return full.find((each) => each.slice(each.lastIndexOf(".") + 1) === own) ?? nearest(table, table.includes(".") ? full : names);
}

function isExpired({ until }: TableException, now: Date): boolean {
  return until !== undefined && now.toISOString().slice(0, 10) > until;
}
