import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read.ts";
import { cancelled } from "../deadline.ts";
import { type ConnectOptions, type Session, withSession } from "../postgres/connect.ts";
import { messageWithHint } from "../postgres/thrown-error.ts";
import { compareCatalogs, type Normalisations } from "../drift/compare.ts";
import type { Change } from "../drift/change.ts";
import { NORMALISATIONS } from "../drift/normalise/normalisations.ts";
import { type Failed, runStatements, type ScriptStatement } from "./run-statements.ts";
import { statements } from "./script.ts";
import { runAsSuperuser } from "./superuser.ts";
import type { Step } from "./step.ts";

/** The result of a trial on a copy. */
export interface Trial {
  /** The differences that are left after the first run. */
  readonly remaining: readonly Change[];
  /** What the second run changed. */
  readonly changedAgain: readonly Change[];
  /** The step that failed, with the server's message. */
  readonly failed?: { readonly step: Step | undefined; readonly message: string; readonly run: 1 | 2 };
}

export interface TrialOptions extends ConnectOptions {
  /** The catalog that the steps must lead to. */
  readonly expected: Catalog;
  readonly normalisations: Normalisations;
  /** Reads the catalog of the copy. Default: as it is. */
  readonly read?: (session: Session) => Promise<Catalog>;
  /** For a copy whose role is not a superuser. */
  readonly superuser?: Superuser | undefined;
}

/** A superuser's access to a copy, for the few statements that an owner cannot run. */
export interface Superuser {
  readonly url: string;
  /** The role of the copy, which owns what the superuser creates. */
  readonly owner: string;
}

/** The second run must change nothing, not even what the comparison ignores. */
const NO_NORMALISATIONS = Object.fromEntries(Object.keys(NORMALISATIONS).map((name) => [name, false])) as Partial<Normalisations>;

/**
 * Runs the steps twice in the database of `url`, a temporary copy, and reads the catalog after each run. A step that fails
 * is a result. Throws `CANCELLED`, and the driver's error when the connection is lost.
 */
export async function tryTwice(
  url: string,
  steps: readonly Step[],
  { expected, normalisations, read = readCatalog, superuser, ...options }: TrialOptions,
): Promise<Trial> {
  return withSession(
    url,
    async (session) => {
      const end = (): void => void session.close();
      options.signal?.addEventListener("abort", end, { once: true });
      try {
        return await runTwice(session, steps, { expected, normalisations, read, superuser });
      } catch (thrown) {
        throw options.signal?.aborted ? cancelled("the repair") : thrown;
      } finally {
        options.signal?.removeEventListener("abort", end);
      }
    },
    options,
  );
}

async function runTwice(
  session: Session,
  steps: readonly Step[],
  {
    expected,
    normalisations,
    read,
    superuser,
  }: Required<Pick<TrialOptions, "expected" | "normalisations" | "read">> & Pick<TrialOptions, "superuser">,
): Promise<Trial> {
  const catalogs: Catalog[] = [];
  // Nothing has to survive a crash of the server: a copy that was tried is deleted.
  await session.query("set synchronous_commit = off");
  for (const run of [1, 2] as const) {
    const failed = await runSteps(session, steps, superuser);
    if (failed !== undefined) {
      return { remaining: [], changedAgain: [], failed: { step: failed.step, message: messageWithHint(failed.thrown), run } };
    }
    catalogs.push(await read(session));
  }
  const [first, second] = catalogs;
  if (first === undefined || second === undefined) throw new TypeError("each of the two runs must read a catalog");
  return { remaining: compareCatalogs(expected, first, normalisations), changedAgain: compareCatalogs(first, second, NO_NORMALISATIONS) };
}

/** Runs the statements of the steps in their order, and returns the first one that fails. Throws when the connection is lost. */
export async function runSteps(session: Session, steps: readonly Step[], superuser?: Superuser): Promise<Failed | undefined> {
  let waiting: ScriptStatement[] = [];
  let isOpen = false;
  for (const statement of statements(steps)) {
    const { sql, step } = statement;
    if (step?.superuser === undefined || superuser === undefined) {
      waiting.push(statement);
      if (step === undefined && (sql === "begin" || sql === "commit")) isOpen = sql === "begin";
      continue;
    }
    // The session of the superuser sees only what is committed.
    const failed = await runStatements(session, isOpen ? [...waiting, { sql: "commit" }] : waiting);
    if (failed !== undefined) return failed;
    waiting = isOpen ? [{ sql: "begin" }] : [];
    try {
      await withSession(superuser.url, (other) => runAsSuperuser(other, step, superuser.owner));
    } catch (thrown) {
      return { step, thrown };
    }
  }
  return runStatements(session, waiting);
}
