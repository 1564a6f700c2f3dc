/** How long the command may be stopped, in milliseconds, in total: a fixed part, and a share of the time that it runs. */
const FIXED_MS = 50;
const SHARE = 0.02;
/** The first transactions are looked at before their end in any case, also where a look takes long. */
const FIRST = 10;

/** Decides whether the command may be stopped again for a look at its locks. */
export interface PauseBudget {
  /** Whether there is time for one more look. `isLast`: the statement ends the transaction, so that no later look shows its locks. */
  allows(isLast: boolean): boolean;
  /** Records that the command was stopped for this long. */
  spend(ms: number): void;
  spentMs(): number;
}

/** Half of the time is kept for the looks before the end of a transaction. */
export function pauseBudget(runningMs: () => number): PauseBudget {
  let spent = 0;
  let last = 0;
  return {
    allows: (isLast) => (isLast && (last += 1) <= FIRST) || spent < (FIXED_MS + runningMs() * SHARE) * (isLast ? 1 : 0.5),
    spend: (ms) => void (spent += ms),
    spentMs: () => spent,
  };
}
