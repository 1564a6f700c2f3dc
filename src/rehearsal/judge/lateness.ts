import { type Delay, type EffectiveLimits, latenessOf, limitsFor, momentOf, type RehearsalLimits } from "../limits.ts";
import type { Blamed } from "../measure/blame.ts";
import { sameTransaction } from "../measure/message-transactions.ts";
import type { ExplainedWait } from "../measure/explain-waits.ts";
import type { ReadStatement } from "../measure/statements.ts";
import type { Relation } from "../observe/relations.ts";

/** Where the command did not pass the broker, its messages are not known. */
const UNKNOWN_MESSAGES = 20;

/** What the limits of a wait depend on. */
export interface WaitContext {
  readonly table: Relation;
  readonly limits: RehearsalLimits;
  readonly statements: readonly ReadStatement[];
  readonly now: Date;
  readonly delay: Delay;
}

/** The limits for one wait of a table, with what a busy machine explains of it. Without a wait: those of the table. Pure. */
export function limitsDuring(wait: ExplainedWait | undefined, { table, limits, statements, now, delay }: WaitContext): EffectiveLimits {
  return limitsFor(table, limits, now, momentOf(delay.delayMs, wait === undefined ? 0 : latenessIn(wait, statements, delay)));
}

/** How much of a wait a busy machine explains: a share of each message in it, from its start to the start of the next one. */
function latenessIn({ wait: { fromMs, toMs, pid }, blamed }: ExplainedWait, statements: readonly ReadStatement[], delay: Delay): number {
  if (statements.length === 0)
    return UNKNOWN_MESSAGES * latenessOf({ ...delay, delayShare: 1 }, { statements: 1, ms: Number.POSITIVE_INFINITY });
  const within = statements.filter((each) => (each.pid === pid || each.pid === undefined) && each.endMs >= fromMs && each.startMs <= toMs);
  return within.reduce((sum, each, at) => {
    const untilMs = Math.min(toMs, within[at + 1]?.startMs ?? toMs);
    const ms = Math.max(0, untilMs - Math.max(fromMs, each.startMs));
    return sum + latenessOf(delay, { statements: lateStatements(each, blamed), ms });
  }, 0);
}

/** How many statements of a message can be late in a wait. Those before the one that took the lock are not in it. */
function lateStatements(statement: ReadStatement, blamed: Blamed | undefined): number {
  const { parts, count } = statement;
  if (blamed?.statement !== statement || !parts.includes(blamed.part)) return Math.max(parts.length, count);
  const own = sameTransaction(parts, blamed.part);
  // A message of one transaction can have more statements than were read.
  return (own.length === parts.length ? Math.max(parts.length, count) : own.length) - own.indexOf(blamed.part);
}
