import { readCatalog } from "../../src/catalog/read.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { compareCatalogs } from "../../src/drift/compare.ts";
import type { Change } from "../../src/drift/change.ts";
import { NORMALISATIONS } from "../../src/drift/normalise/normalisations.ts";
import { statements } from "../../src/repair/script.ts";
import type { Step } from "../../src/repair/step.ts";
import { messageOf } from "../../src/errors.ts";
import type { Session } from "../../src/postgres/connect.ts";

/** How a repair fared that ran twice. */
export interface Applied {
  /** What still differs from the expected schema. */
  readonly remaining: readonly Change[];
  /** Where it failed, or what the second run changed. */
  readonly faults: readonly string[];
}

const NOTHING_ALIKE = Object.fromEntries(Object.keys(NORMALISATIONS).map((name) => [name, false]));

/** Runs the steps twice as the script would, and looks for itself what is there: it doesn't trust the product's own proof. */
export async function applyTwice(session: Session, steps: readonly Step[], expected: Catalog, read = readCatalog): Promise<Applied> {
  const script = statements(steps).map(({ sql }) => sql);
  return judgeTwice(session, script, expected, read);
}

/**
 * The same inside an open transaction, whose end takes all of it back. Only for steps that may share one. The catalog is
 * read under a savepoint, since the query makes its transaction read only.
 */
export async function applyTwiceInside(session: Session, steps: readonly Step[], expected: Catalog): Promise<Applied> {
  const script = statements(steps).flatMap(({ sql }) => (sql === "begin" || sql === "commit" ? [] : [sql]));
  return judgeTwice(session, script, expected, () => aside(session, () => readCatalog(session)));
}

async function judgeTwice(
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
        return { remaining: [], faults: [`the ${run} run fails: ${messageOf(thrown)}: ${sql}`] };
      }
    }
    catalogs.push(await read(session));
  }
  const [first = expected, second = expected] = catalogs;
  const again = compareCatalogs(first, second, NOTHING_ALIKE);
  return {
    remaining: compareCatalogs(expected, first),
    faults: again.map(({ kind, object }) => `the second run changes ${kind} ${object}`),
  };
}

/** Runs `work` under a savepoint that is rolled back: settings that it makes end with it. */
export async function aside<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query("savepoint aside");
  try {
    return await work();
  } finally {
    await session.query("rollback to savepoint aside; release savepoint aside");
  }
}
