import { blocks, LOCK_MODES, modeName } from "../../../src/rehearsal/observe/lock-modes.ts";
import type { Pattern } from "./patterns.ts";
import type { Played } from "./play.ts";

/** What a change does to a table: one row of docs/rehearsal-patterns.md. */
export interface Verdict {
  readonly lock: string;
  readonly readersWait: boolean;
  readonly writersWait: boolean;
  readonly rewritten: boolean;
  /** Whether all rows were read. Undefined: the pattern does not say it. */
  readonly scanned?: boolean;
}

/** What the documentation of Postgres says. */
export function documentedVerdict({ lock, rewrites = false, blocksReaders = false, scans }: Pattern): Verdict {
  const mode = LOCK_MODES.find((each) => modeName(each) === lock);
  return {
    lock: mode === undefined ? "none" : lock,
    readersWait: blocksReaders || (mode !== undefined && blocks(mode, "read")),
    writersWait: mode !== undefined && blocks(mode, "write"),
    rewritten: rewrites,
    ...(scans === undefined ? {} : { scanned: scans }),
  };
}

/**
 * What was measured. Newer versions take ACCESS SHARE, which blocks nobody, where older ones take no lock. Only a transaction
 * whose locks were read before its end shows that there was none.
 */
export function measuredVerdict({ lock, scans }: Pattern, { table, observation }: Pick<Played, "table" | "observation">): Verdict {
  const { transactions, completeTransactions } = observation;
  const isComplete = transactions > 0 && completeTransactions === transactions;
  const strongest = table?.strongestLock ?? (isComplete ? "none" : "not seen");
  return {
    lock: lock === "none" && strongest === "ACCESS SHARE" ? "none" : strongest,
    readersWait: (table?.blockedReadsMs ?? 0) > 0,
    writersWait: (table?.blockedWritesMs ?? 0) > 0,
    rewritten: table?.rewritten ?? false,
    ...(scans === undefined ? {} : { scanned: (table?.fullScans ?? 0) > 0 }),
  };
}
