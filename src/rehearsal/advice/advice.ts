/** The safer way for one statement. */
export interface Advice {
  /** What to do, in sentences. */
  readonly text: string;
  /** Statements for it, with the literals of the original. Each one is a transaction of its own. */
  readonly sql: readonly string[];
  /** How those of them whose body has literals of the original, or of offshoot, are shown where literals are hidden. */
  readonly bodies?: ReadonlyMap<string, string>;
  /** Whether the statements do the same as the original and can be run as they are. */
  readonly isRunnable: boolean;
}

/** Advice without statements that could be rehearsed. */
export function inWords(text: string, sql: readonly string[] = []): Advice {
  return { text, sql, isRunnable: false };
}

/** Rows of one batch. */
const BATCH = 10_000;

/** An advised statement without its literals has a question mark in place of each number. The number of rows is offshoot's own. */
export function withBatchSize(shown: string): string {
  return shown.replace(/\blimit \?\)\)$/, `limit ${BATCH}))`);
}

/**
 * The condition of a statement that changes a limited number of rows. It is needed outside too: a `ctid` is unique in one table
 * only, and a partitioned table has several (PostgreSQL documentation, "System Columns").
 */
export function inBatches(table: string, condition: string): string {
  return `${condition} and ctid = any (array(select ctid from ${table} where ${condition} limit ${BATCH}))`;
}
