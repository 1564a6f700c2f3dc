import type { Wait } from "../observe/blocking.ts";
import type { Blamed } from "./blame.ts";
import { sameTransaction } from "./message-transactions.ts";
import { ownParts, type StatementPart } from "./parts.ts";
import type { ReadStatement } from "./statements.ts";

/** What kept others waiting after the statement that took the lock. */
export interface Holding {
  /** How long of the wait the statement itself ran. */
  readonly ownMs: number;
  /** The other statements that took a notable share of the wait, the longest first. */
  readonly later: readonly ReadStatement[];
  /** All other statements in the wait, if each is short and they took a notable share of it together. */
  readonly further?: { readonly statements: readonly ReadStatement[]; readonly count: number; readonly ms: number } | undefined;
  /** Whether the command sent nothing for most of the wait, in the open transaction. */
  readonly isIdle: boolean;
  /** Statements after it in the same message and transaction, whose times are not known. */
  readonly sameMessage: readonly StatementPart[];
}

/** A statement that took a smaller share of a wait is not worth a word. */
const NOTABLE_SHARE = 0.2;
/** So many short statements are worth a word also where the command itself took longer in between. */
const MANY = 10;

/** What held a lock until the end of its wait. `statements`: also those that only read, because locks are held meanwhile. Pure. */
export function holdingOf(
  { fromMs, toMs, pid }: Wait,
  blamed: Blamed | undefined,
  statements: readonly ReadStatement[],
  records: string | undefined,
): Holding {
  const share = ({ startMs, endMs }: ReadStatement): number => Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs));
  const sumOf = (all: readonly ReadStatement[]): number => all.reduce((sum, each) => sum + share(each), 0);
  const notableMs = (toMs - fromMs) * NOTABLE_SHARE;
  const within = statements.filter((each) => (each.pid === pid || each.pid === undefined) && share(each) > 0);
  const others = within.filter(({ sent }) => sent !== blamed?.statement.sent).toSorted((one, other) => share(other) - share(one));
  const short = others.filter((each) => share(each) < notableMs);
  const count = short.reduce((sum, each) => sum + each.count, 0);
  const ms = sumOf(short);
  const isIdle = within.length > 0 && toMs - fromMs - sumOf(within) > (toMs - fromMs) / 2;
  const isNotable = count > 1 && (ms >= notableMs || (isIdle && count >= MANY));
  const parts = blamed === undefined ? [] : sameTransaction(blamed.statement.parts, blamed.part);
  const at = blamed === undefined ? -1 : parts.indexOf(blamed.part);
  return {
    ownMs: blamed === undefined ? 0 : share(blamed.statement),
    later: others.filter((each) => share(each) >= notableMs),
    ...(isNotable ? { further: { statements: short, count, ms } } : {}),
    // Without the broker, no statement is known.
    isIdle,
    sameMessage: at < 0 ? [] : ownParts(parts.slice(at + 1), records),
  };
}
