/** A change that migrations make, and what the documentation of Postgres says about its lock and its rewrite. */
export interface Pattern {
  readonly name: string;
  /** Statements before it, which are not observed. */
  readonly before?: string;
  readonly sql: string;
  /** The table that is looked at. Default `t`. */
  readonly table?: string;
  /** The documented lock on the table (PostgreSQL documentation, "Explicit Locking", and the page of the command). `none`: no lock. */
  readonly lock: string;
  /** Whether the documentation says that the rows are written to a new file. Default false. */
  readonly rewrites?: boolean;
  /** Whether it blocks readers although its lock on the table does not: by its lock on an index. */
  readonly blocksReaders?: boolean;
  /** It cannot run in a transaction. Its lock is then known from samples only. */
  readonly alone?: true;
  /** The table that an open transaction of somebody else has read meanwhile, where it cannot run in a transaction. Default `t`. */
  readonly reader?: string;
  /** Whether the documentation says that all rows of the table are read. Only checked where it is given. */
  readonly scans?: boolean;
  /** The first major version that has it. */
  readonly since?: number;
  /** Whether its time grows with the table, so that it is measured beside a client that waits. */
  readonly isSlow?: true;
}
