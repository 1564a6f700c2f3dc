import { readFile } from "node:fs/promises";

/** A line that a migration or a job wrote about what it saw. */
export interface Entry {
  /** Milliseconds of this machine's clock. For a step of a migration: of the database's. */
  readonly at: number;
  readonly what:
    | "migration-begin"
    | "migration-step"
    | "migration-end"
    | "job-begin"
    | "job-end"
    /** The database was deleted or replaced while the job used it. */
    | "job-lost"
    /** The URL did not lead to a database that answers. */
    | "job-unreachable";
  /** Label of the run in this schedule. */
  readonly run: string;
  readonly actor: string;
  /** Each start of a migration or a job has its own. */
  readonly token: string;
  /** The provider's id and the object id in its server. Empty when it was not reached. */
  readonly database: string;
  /** `job-begin`: the number of steps of the migrations that the job found. `job-end`: its exit status. */
  readonly code?: number | null;
  readonly provider?: string;
  readonly url?: string;
}

/** The entries by time. A process that is killed while it writes can leave half a line at the end, which is left out. */
export async function readJournal(path: string): Promise<readonly Entry[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines.flatMap((line) => (line.endsWith("}") ? [JSON.parse(line) as Entry] : [])).toSorted((a, b) => a.at - b.at);
}
