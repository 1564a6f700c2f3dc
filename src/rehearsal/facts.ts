/** Facts that findings about a statement have in common. */
interface StatementFacts {
  /** The migration, and the statement without its literals. */
  readonly migration?: string | undefined;
  readonly statement?: string | undefined;
  /** Other statements of the same message that can have taken the lock, each with its line where that is known. */
  readonly perhaps?: readonly string[] | undefined;
  /** The safer way: a sentence, and statements for it. */
  readonly advice: string;
  readonly sql: readonly string[];
  /** What the safer way cost in a rehearsal of its own. */
  readonly measured?: string | undefined;
}

interface BlockedFacts extends StatementFacts {
  readonly blocked: string;
  readonly limit: string;
  /** The shortest wait that was judged, where a busy machine makes it longer than the limit. */
  readonly judgedFrom?: string | undefined;
  readonly lock: string;
  readonly table: string;
  /** What ran for most of that time, if it is another statement than the one that took the lock. */
  readonly during?: string | undefined;
  /** Other tables that the same statement locks for the same reason, each with its wait. */
  readonly also?: readonly string[] | undefined;
}

interface FailureFacts extends StatementFacts {
  readonly sqlstate: string;
  readonly error: string;
}

interface TrafficFacts {
  readonly statement: string;
  readonly during: string;
  readonly after: string;
}

/** The facts of each finding by its code. All facts are texts or lists of texts, so that every report can show them. */
export interface RehearsalFacts {
  readonly "reads-blocked": BlockedFacts;
  readonly "writes-blocked": BlockedFacts;
  /** Many rows were changed or locked in one transaction: whoever changes one of them waits for its end. */
  readonly "rows-locked": StatementFacts & {
    readonly rows: string;
    readonly done: string;
    readonly held: string;
    readonly limit: string;
  };
  readonly "table-rewritten": StatementFacts & { readonly size: string; readonly limit: string };
  /** The rows of a table could not be copied. `used`: whether the migrations used it. */
  readonly "rows-missing": { readonly used: "yes" | "no" };
  /** Parts of a table, such as an index or a constraint, could not be copied. `used`: whether the migrations used the table. */
  readonly "parts-missing": { readonly used: "yes" | "no"; readonly parts: readonly string[] };
  readonly "migration-slow": {
    readonly took: string;
    readonly limit: string;
    readonly slowest: readonly string[];
  };
  /** A migration failed because of rows that exist. */
  readonly "fails-on-data": FailureFacts;
  /** A migration failed because of a time limit that the role has. */
  readonly "fails-by-timeout": FailureFacts & { readonly settings: readonly string[] };
  readonly "migration-fails": FailureFacts;
  /** A migration failed because the copy lacks something that production has. */
  readonly "not-rehearsed": FailureFacts;
  readonly "exception-expired": { readonly until: string; readonly reason: string };
  /** `nearest`: the table with the most similar name. */
  readonly "exception-unmatched": { readonly nearest?: string | undefined; readonly reason: string };
  /** A strong lock was asked for without a `lock_timeout`. */
  readonly "lock-without-timeout": StatementFacts & {
    readonly lock: string;
    /** The index with the lock, if it is not the table itself. */
    readonly index?: string | undefined;
  };
  /** A statement of the traffic failed only since the migrations ran. */
  readonly "traffic-fails": TrafficFacts & {
    readonly causes: readonly string[];
    readonly isLasting: "yes" | "no" | "not seen";
  };
  /** The figures of the traffic, and its statement that waited longest. */
  readonly "traffic-waits": TrafficFacts & {
    readonly longest: string;
    readonly usual: string;
    readonly before: string;
  };
}

export type RehearsalCode = keyof RehearsalFacts;
