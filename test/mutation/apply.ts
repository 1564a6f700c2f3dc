import { readCatalog } from "../../src/catalog/read.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { compareCatalogs } from "../../src/drift/compare.ts";
import type { Change } from "../../src/drift/change.ts";
import { NORMALISATIONS } from "../../src/drift/normalise/normalisations.ts";
import { statements } from "../../src/repair/script.ts";
import type { Step } from "../../src/repair/step.ts";
import { messageOf } from "../../src/errors.ts";
import type { Session } from "../support/session.ts";

/** The result of a repair that ran twice. */
export interface Applied {
  /** The differences from the expected schema after the first run. */
  readonly remaining: readonly Change[];
  /** The statement that failed, or what the second run changed. */
  readonly faults: readonly string[];
}

const NO_NORMALISATIONS = Object.fromEntries(Object.keys(NORMALISATIONS).map((name) => [name, false]));

/** Runs the steps twice like the script, and compares the catalogs itself instead of trusting the product's own test. */
export async function applyTwice(session: Session, steps: readonly Step[], expected: Catalog, read = readCatalog): Promise<Applied> {
  const script = statements(steps).map(({ sql }) => sql);
  return runTwice(session, script, expected, read);
}

/**
 * The same in an open transaction, which the caller rolls back. Only for steps that can share a transaction. The catalog is
 * read under a savepoint, because its query makes the transaction read only.
 */
export async function applyTwiceInside(session: Session, steps: readonly Step[], expected: Catalog): Promise<Applied> {
  const script = statements(steps).flatMap(({ sql }) => (sql === "begin" || sql === "commit" ? [] : [sql]));
  return runTwice(session, script, expected, () => withSavepoint(session, () => readCatalog(session)));
}

async function runTwice(
  session: Session,
  script: readonly string[],
  expected: Catalog,
  read: (session: Session) => Promise<Catalog>,
): Promise<Applied> {
  const catalogs: Catalog[] = [];
  for (const run of ["first", "second"]) {
    for (const sql of script) {
      try {
        await session.query(sql);
      } catch (thrown) {
        return { remaining: [], faults: [`the ${run} run failed: ${messageOf(thrown)}: ${sql}`] };
      }
    }
    catalogs.push(await read(session));
  }
  const [first = expected, second = expected] = catalogs;
  const again = compareCatalogs(first, second, NO_NORMALISATIONS);
  return {
    remaining: compareCatalogs(expected, first),
    faults: again.map(({ kind, object }) => `the second run changed ${kind} ${object}`),
  };
}

/** Runs `work` under a savepoint that is rolled back, together with the settings that `work` changes. */
export async function withSavepoint<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query("savepoint before_work");
  try {
    return await work();
  } finally {
    await session.query("rollback to savepoint before_work; release savepoint before_work");
  }
}
