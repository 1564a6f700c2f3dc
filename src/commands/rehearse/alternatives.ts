import type { Context } from "../../context/context.ts";
import { formatElapsed } from "../../duration.ts";
import { isOffshootError } from "../../errors.ts";
import { connect } from "../../postgres/connect.ts";
import { publicMessageOf } from "../../postgres/thrown-error.ts";
import type { RehearsalFinding } from "../../rehearsal/finding.ts";
import { errorText } from "../../rehearsal/error-text.ts";
import type { Judged } from "../../rehearsal/judge/judge.ts";
import { measure } from "../../rehearsal/measure/measure.ts";
import { observe } from "../../rehearsal/observe/observe.ts";
import { namesIn } from "../../rehearsal/read-names.ts";
import { formatWait } from "../../rehearsal/size.ts";
import { migrationFiles } from "../../rehearsal/sql/migration-files.ts";
import { knownNames, namesOfText } from "../../rehearsal/sql/known-names.ts";
import type { Copy, OpenCopy } from "./copy.ts";
import type { RehearseOptions } from "./options.ts";
import { secureCopy } from "./outbound.ts";

/** Each one needs a copy of its own. */
const MOST_ALTERNATIVES = 3;

/** Rehearses the safer way of findings, on the state before the migrations, and adds what it cost. */
export async function rehearseAlternatives(
  context: Context,
  open: OpenCopy,
  judged: readonly Judged[],
  options: RehearseOptions,
): Promise<readonly RehearsalFinding[]> {
  const chosen = judged.filter(({ advice }) => advice?.isRunnable === true).slice(0, MOST_ALTERNATIVES);
  const measured = new Map<string, Tried>();
  for (const { advice } of chosen) {
    const key = advice?.sql.join(";") ?? "";
    if (advice === undefined || measured.has(key)) continue;
    measured.set(key, await open((copy) => tryStatements(context, copy, advice.sql, options)).catch(unmeasured(context.signal)));
  }
  return judged.map(({ finding, advice }) => {
    const tried = measured.get(advice?.sql.join(";") ?? "");
    if (tried === undefined) return finding;
    const sql = tried.isWrong ? { sql: [] } : {};
    // What else held the lock is not in the figure.
    const isPart = "during" in finding.facts && finding.facts.during !== undefined && !tried.isFailure;
    const text = isPart ? `for this statement alone: ${tried.text}` : tried.text;
    return { ...finding, facts: { ...finding.facts, ...sql, measured: text } } as RehearsalFinding;
  });
}

interface Tried {
  /** What the statements cost, in words. */
  readonly text: string;
  /** There are no figures. */
  readonly isFailure: boolean;
  /** They failed in a way that earlier pending migrations do not explain: nobody must be advised to run them. */
  readonly isWrong: boolean;
}

/**
 * Errors that the state before the pending migrations can explain: what an earlier one creates is missing, what it drops is there, or
 * rows are as they were before it changed them (PostgreSQL documentation, appendix A).
 */
const BY_STATE: ReadonlySet<string> = new Set(["3F000", "42703", "42P01", "42704", "42883", "42P06", "42701", "42P07", "42710", "42723"]);
const ON_ROWS = /^(?:22|23)/;

/** The rehearsal itself has its result, so that a copy that cannot be made, such as at a limit of branches, must not hide it. */
function unmeasured(signal: AbortSignal): (thrown: unknown) => Tried {
  return (thrown) => {
    if (signal.aborted) throw thrown;
    return { text: `it could not be measured: ${publicMessageOf(thrown)}`, isWrong: false, isFailure: true };
  };
}

/** Runs the statements in a copy. An error is a result. */
async function tryStatements(context: Context, copy: Copy, statements: readonly string[], options: RehearseOptions): Promise<Tried> {
  const guard = await connect(copy.url, { signal: context.signal });
  try {
    await secureCopy(guard, options.outbound ?? context.settings.rehearse.outbound);
  } finally {
    await guard.close();
  }
  const observed = await observe(
    { url: copy.url, name: "offshoot:rehearse", useBroker: true, records: undefined, signal: context.signal },
    async (url) => {
      const session = await connect(url, { settings: "database", queryMs: context.settings.timeouts.migrateMs, signal: context.signal });
      try {
        for (const statement of statements) await session.query(statement);
        return undefined;
      } catch (thrown) {
        if (isOffshootError(thrown)) throw thrown;
        return "failed";
      } finally {
        await session.close();
      }
    },
  );
  if (observed.result !== undefined) {
    const names = [...(await namesIn(copy.url, context.signal)), ...statements.flatMap(namesOfText)];
    const [error] = observed.errors.slice(-1);
    const why = error === undefined ? "" : `: ${errorText(error, knownNames(names))}`;
    const where = `on a copy in the state before the pending migrations it failed${why}`;
    const code = error?.sqlstate ?? "";
    return BY_STATE.has(code) || ON_ROWS.test(code)
      ? { text: `it could not be measured: ${where}`, isWrong: false, isFailure: true }
      : { text: `the statements for it are not shown, because ${where}`, isWrong: true, isFailure: true };
  }
  const { measured } = measure(observed, {
    files: migrationFiles([]),
    revisions: undefined,
    throughBroker: true,
    isOwn: () => false,
    literals: false,
  });
  const worst = (key: "blockedReadsMs" | "blockedWritesMs"): number => measured.tables.reduce((most, each) => Math.max(most, each[key]), 0);
  const text = `took ${wait(measured.ms)}; readers were blocked for ${wait(worst("blockedReadsMs"))}, writers for ${wait(worst("blockedWritesMs"))}`;
  return { text, isWrong: false, isFailure: false };
}

function wait(ms: number): string {
  return formatWait(ms, formatElapsed);
}
