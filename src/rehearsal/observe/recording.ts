/** A moment in milliseconds, by the clock of this process. */
export type Moment = number;

/** What a client sent as one unit: a Query message with its statements, or one execution of a prepared statement. */
export interface SentStatement {
  readonly session: string;
  /** Whether the client started the session with a `lock_timeout` of its own that is a limit. Unset: with that of its role. */
  readonly startsLimited?: boolean | undefined;
  /** The text as it was sent, up to a limit. It never leaves this process unless literals are wanted. */
  readonly sql: string;
  /** When it was sent, or when the server was ready for it: a client can send the next one before that. */
  startMs: Moment;
  /** Undefined: it had not ended when the session ended. */
  endMs: Moment | undefined;
  /** The server's tags of what it completed, such as `ALTER TABLE`. */
  readonly tags: string[];
  /** The SQLSTATE of its error. */
  sqlstate: string | undefined;
  /** The id of the migration whose record it writes. */
  readonly mark: string | undefined;
  /** Only the start of the text was kept. */
  readonly isCut?: boolean;
  /** Whether the end is its own: several executions in one batch end together for the client. */
  isExact: boolean;
}

/** A transaction of a session, explicit or of one message. */
export interface RecordedTransaction {
  readonly session: string;
  readonly startMs: Moment;
  endMs: Moment | undefined;
  /** Whether it stayed open after its first message. */
  isExplicit: boolean;
  /** Whether a look at the locks was taken just before its last message was passed on. */
  isComplete: boolean;
}

/** Everything that passed the broker. */
export interface Recording {
  readonly statements: readonly SentStatement[];
  readonly transactions: readonly RecordedTransaction[];
  /** Statements and transactions that were not kept, because there were too many. */
  readonly dropped: number;
}
