import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read.ts";
import { cancelled } from "../deadline.ts";
import { messageOf } from "../errors.ts";
import { type ConnectOptions, type Session, withSession } from "../postgres/connect.ts";
import { compareCatalogs, type Normalisations } from "../drift/compare.ts";
import type { Change } from "../drift/change.ts";
import { NORMALISATIONS } from "../drift/normalise/normalisations.ts";
import { statements } from "./script.ts";
import type { Step } from "./step.ts";

/** How a script fared on a copy. */
export interface Trial {
  /** What still differs after the first run. */
  readonly left: readonly Change[];
  /** What a second run changed. */
  readonly again: readonly Change[];
  /** Where it stopped, with the server's message. */
  readonly failed?: { readonly step: Step | undefined; readonly message: string; readonly run: 1 | 2 };
}

/** A second run must change nothing, not even what the comparison overlooks. */
const EVERYTHING = Object.fromEntries(Object.keys(NORMALISATIONS).map((name) => [name, false])) as Partial<Normalisations>;

/**
 * Runs the steps twice in the database of `url`, which is a throw-away, and looks after each run what is there. A step that
 * fails is a result. Throws `CANCELLED`, and the driver's error where the connection is lost.
 */
export async function tryTwice(
  url: string,
  steps: readonly Step[],
  { expected, normalisations, ...options }: { readonly expected: Catalog; readonly normalisations: Normalisations } & ConnectOptions,
): Promise<Trial> {
  return withSession(
    url,
    async (session) => {
      const end = (): void => void session.close();
      options.signal?.addEventListener("abort", end, { once: true });
      try {
        return await runTwice(session, steps, expected, normalisations);
      } catch (thrown) {
        throw options.signal?.aborted ? cancelled("the repair") : thrown;
      } finally {
        options.signal?.removeEventListener("abort", end);
      }
    },
    options,
  );
}

async function runTwice(session: Session, steps: readonly Step[], expected: Catalog, normalisations: Normalisations): Promise<Trial> {
  const catalogs: Catalog[] = [];
  for (const run of [1, 2] as const) {
    for (const { sql, step } of statements(steps)) {
      try {
        await session.query(sql);
      } catch (thrown) {
        if (session.lost.aborted) throw thrown;
        return { left: [], again: [], failed: { step, message: messageOf(thrown), run } };
      }
    }
    catalogs.push(await readCatalog(session));
  }
  const [first, second] = catalogs;
  if (first === undefined || second === undefined) throw new TypeError("two runs, two catalogs");
  return { left: compareCatalogs(expected, first, normalisations), again: compareCatalogs(first, second, EVERYTHING) };
}
