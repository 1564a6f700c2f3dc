import type { Place } from "../findings/finding.ts";

/** What a statement of the migrations did. All times are in milliseconds. */
export interface MeasuredStatement {
  /** The migration that it belongs to; undefined when that is not known. */
  readonly migration: string | undefined;
  /** Without literals and comments, unless they were wanted. */
  readonly sql: string;
  /** How many statements were sent as this one message. 0: only those of the tool, such as the record of a migration. */
  readonly count: number;
  readonly ms: number;
  /** Milliseconds since the command started. */
  readonly startedAt: number;
  /** The number of its transaction. Statements with the same number release their locks together. */
  readonly transaction: number;
  /** The SQLSTATE with which it failed. */
  readonly sqlstate?: string;
  /** The place in the migration files, where the text was found there. */
  readonly at?: Place;
}

/** One migration of the tool. */
export interface MeasuredMigration {
  readonly name: string;
  readonly file?: string;
  readonly ms: number;
  /** How many statements it has. Those of the tool are not counted. */
  readonly statements: number;
}

/** What the migrations did to one table that existed before. Views, foreign tables and sequences are among them. */
export interface MeasuredTable {
  /** Quoted, with its schema. */
  readonly table: string;
  /** Size of the table before, without its indexes. */
  readonly bytes: number;
  /** Rows before, as estimated by the server. */
  readonly rows: number;
  /** The strongest lock that was seen, such as `ACCESS EXCLUSIVE`. Undefined: none was seen. */
  readonly strongestLock?: string;
  /** A statement locked it that ended before the next look, so that its lock is not known. */
  readonly hasUnseenLocks?: boolean;
  /** The longest time that this lock was held. */
  readonly heldMs: number;
  /** The longest time that a reader and a writer would have waited, and all such times together. */
  readonly blockedReadsMs: number;
  readonly blockedWritesMs: number;
  readonly blockedReadsTotalMs: number;
  readonly blockedWritesTotalMs: number;
  /** The longest time that the migration itself waited for a lock. */
  readonly queuedMs: number;
  /** Whether the rows were written to a new file, and the bytes of the new file. */
  readonly rewritten: boolean;
  readonly bytesAfter: number;
  /** Indexes that were built again. */
  readonly indexesRewritten: readonly string[];
  readonly dropped: boolean;
  readonly fullScans: number;
  readonly rowsScanned: number;
  readonly rowsInserted: number;
  readonly rowsUpdated: number;
  /** Of a TRUNCATE: all rows before it, as estimated. */
  readonly rowsDeleted: number;
  /** Indexes in `statements` of the ones whose locks made others wait, and that wrote the rows again. */
  readonly blockedReadsBy?: number;
  readonly blockedWritesBy?: number;
  readonly rewrittenBy?: number;
}

/** A wait that is longer than its limit, but that a busy machine can explain. */
export interface UnjudgedWait {
  readonly table: string;
  readonly access: "reads" | "writes";
  readonly ms: number;
}

/** How closely the migrations were observed. */
export interface Observation {
  /** Whether the command's sessions passed offshoot's broker, which shows each statement and the end of each transaction. */
  readonly throughBroker: boolean;
  readonly looks: number;
  readonly intervalMs: { readonly median: number; readonly longest: number };
  /** Explicit transactions whose locks were read just before they ended, and all explicit transactions. */
  readonly completeTransactions: number;
  readonly transactions: number;
  /** Milliseconds for which the command was stopped to look. */
  readonly pausedMs: number;
  /** Shorter waits are not findings. It is longer where the server or this machine was busy, and for waits with several statements. */
  readonly momentMs: number;
  /** How late the server and this machine answered because they were busy. */
  readonly delayMs: number;
  /** Which share of a short answer was delay, from 0 to 1. */
  readonly delayShare: number;
  /** How far the waits can be from the true ones: the time between looks, and how late answers came. */
  readonly accuracyMs: number;
  /** Attempts to lock a table without waiting that could be compared with the computed waits, and those that agreed. */
  readonly probes: { readonly checked: number; readonly agreed: number };
  /** What could not be seen, in sentences. */
  readonly limits: readonly string[];
}

/** Everything that was measured. It has no value of a row, no parameter and no comment. */
export interface Measured {
  readonly ms: number;
  readonly statements: readonly MeasuredStatement[];
  readonly migrations: readonly MeasuredMigration[];
  readonly tables: readonly MeasuredTable[];
  /** Bytes of the write-ahead log, of the whole server. */
  readonly logBytes?: number;
  readonly growthBytes: number;
  readonly temporaryBytes: number;
  readonly observation: Observation;
}
