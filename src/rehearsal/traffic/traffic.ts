/** Where a parameter of a statement comes from. */
export type ValueSource =
  | { readonly kind: "constant"; readonly value: string | boolean | null }
  | { readonly kind: "between"; readonly from: number; readonly to: number }
  | { readonly kind: "oneOf"; readonly values: readonly (string | boolean | null)[] }
  /** The first column of a query, which runs in the copy before the migrations. */
  | { readonly kind: "query"; readonly sql: string; readonly line: number };

export interface TrafficStatement {
  /** For reports: as the file calls it, else the statement without its literals. */
  readonly name: string;
  readonly sql: string;
  readonly weight: number;
  readonly values: readonly ValueSource[];
  readonly line: number;
}

/** What an application does with the database while the migrations run. */
export interface Traffic {
  /** As it was named. */
  readonly file: string;
  /** Statements in a second, of all sessions together. */
  readonly ratePerSecond: number;
  readonly sessions: number;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** The `statement_timeout` of the application's sessions. */
  readonly timeoutMs: number | undefined;
  /** Never empty. */
  readonly statements: readonly TrafficStatement[];
}

/** The parts of a measurement. `during`: the statement overlaps the migration command. */
export const TRAFFIC_PHASES = ["before", "during", "after"] as const;
export type TrafficPhase = (typeof TRAFFIC_PHASES)[number];

/** How long statements took. All times are in milliseconds; 0 where there was no statement. */
export interface Latency {
  /** Statements that succeeded. The four times are theirs. */
  readonly count: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Also of statements that failed, or had no answer when the traffic ended. */
  readonly longestWaitMs: number;
  readonly errors: number;
  /** The server's errors, without values, the most frequent first. */
  readonly causes: readonly string[];
  /** Statements that were due while all sessions waited, so that nobody sent them. */
  readonly notSent: number;
}

export type Latencies = Readonly<Record<TrafficPhase, Latency>>;

/** What the traffic met beside the migrations. It has no parameter. */
export interface MeasuredTraffic {
  /** Path from the working directory. */
  readonly file: string;
  readonly ratePerSecond: number;
  readonly sessions: number;
  /** How the migrations ended beside the traffic. */
  readonly outcome: "succeeded" | "failed";
  /** The error of the server when they failed, without values. */
  readonly error?: string;
  readonly ms: number;
  /** The longest time that the migrations waited for a lock. */
  readonly queuedMs: number;
  readonly all: Latencies;
  readonly statements: readonly ({
    readonly name: string;
    readonly sql: string;
    readonly line: number;
    readonly weight: number;
  } & Latencies)[];
}
