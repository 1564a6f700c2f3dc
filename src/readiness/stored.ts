import { codeOf, OffshootError } from "../errors.ts";

/**
 * What offshoot reads from its tables in a database. Whoever can write there can store anything, so texts are cut off in
 * SQL, and each row is checked (`stored-forms.ts`). The limits are far above what offshoot writes.
 */

/** Bytes of the record of a failure. The output of the command in it has at most 4 KB. */
export const MOST_FAILURE_BYTES = 256 * 1024;
/** Bytes of the record of a process. */
export const MOST_OWNER_BYTES = 16 * 1024;
/** Characters of a key. One more is read, so that a longer text is found. */
export const MOST_TEXT = 4096;
/** Rows of one table. Each migrated run of a database and of its ancestors has one. */
export const MOST_ROWS = 10_000;

/** The error for a table whose rows or columns offshoot did not write. */
export function notOurs(table: string, what: string): OffshootError {
  return new OffshootError("NOT_OURS", `The table ${table} contains data that offshoot did not write: ${what}.`, {
    meaning: "The state of the migrations is unknown. Nothing was migrated or deleted.",
    remedy: "Look at who can write to the schema offshoot. Then run `drop schema offshoot cascade` in this database, and start a new run.",
    facts: { table },
  });
}

/** SQLSTATE classes of a statement that does not fit a table: wrong columns, types, constraints, or an exception of a trigger. */
const UNFIT = /^(22|23|42|44|P0)/;

/** Whether a table does not have the form that offshoot gave it. */
export function isUnfit(thrown: unknown): boolean {
  return UNFIT.test(codeOf(thrown) ?? "");
}
