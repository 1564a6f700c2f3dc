import { compareCatalogs } from "../../src/drift/compare.ts";
import type { Change } from "../../src/drift/change.ts";
import { DEFAULT_NORMALISATIONS } from "../../src/drift/normalise/normalisations.ts";
import type { Side } from "../../src/repair/lookup.ts";
import type { RepairPlan, Unrepaired } from "../../src/repair/plan.ts";
import { planRenamed } from "../../src/repair/renames/plan-renamed.ts";
import { type ReadAfter, renameFirst } from "../../src/repair/renames/rename-first.ts";
import { tryTwice } from "../../src/repair/prove.ts";
import { statements } from "../../src/repair/script.ts";
import { readRows } from "../../src/repair/rows.ts";
import { converge } from "../../src/repair/converge.ts";
import { type Session, withSession } from "../support/session.ts";
import { applyTwice, withSavepoint } from "./apply.ts";
import { databaseUrl, onCopy, readSide } from "./template.ts";
import { describeChange } from "./expected-change.ts";

/**
 * The result of a repair. `reported`: some changes are not repaired, each with a reason. `wrong`: the repair failed, left a
 * difference that it did not report, or changed something in the second run.
 */
export interface Verdict {
  readonly kind: "converged" | "reported" | "wrong";
  readonly why: readonly string[];
  /** The changes are reported because the tables have rows, which need values that no schema defines. Without rows the repair worked. */
  readonly onlyWithRows?: true;
}

export const CONVERGED: Verdict = { kind: "converged", why: [] };

type Planner = (refused: ReadonlyMap<string, string>) => RepairPlan;

/** `session` must have an open transaction: renames are tried in it, under a savepoint. */
export async function planFor(session: Session, expected: Side): Promise<{ readonly changes: readonly Change[]; readonly plan: Planner }> {
  const actual = await withSavepoint(session, () => readSide(session));
  const changes = compareCatalogs(expected.catalog, actual.catalog);
  const renamed = await renameFirst(expected, actual, changes, {
    readAfter: readerInside(session),
    normalisations: DEFAULT_NORMALISATIONS,
  });
  const { side, changes: left, formerName } = renamed;
  const rows = await withSavepoint(session, () => readRows(session, expected.catalog, side.catalog, left, formerName));
  return { changes, plan: (refused) => planRenamed(expected, { side: actual, changes }, renamed, { rows, refused }) };
}

function readerInside(session: Session): ReadAfter {
  return (steps) =>
    withSavepoint(session, async () => {
      for (const { sql, step } of statements(steps)) {
        if (sql === "begin" || sql === "commit") continue;
        try {
          await session.query(sql);
        } catch {
          return { failed: step };
        }
      }
      return readSide(session);
    });
}

async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query("begin");
  try {
    return await work();
  } finally {
    await session.query("rollback");
  }
}

/** A database without connections. */
export interface Drifted {
  readonly serverUrl: string;
  readonly name: string;
}

/**
 * Repairs a database as the product does: the plan is tested on copies, with all steps that lose data. The result then runs
 * on the database itself, which must match afterwards.
 */
export async function repair(expected: Side, { serverUrl, name }: Drifted): Promise<Verdict> {
  const url = databaseUrl(serverUrl, name);
  const { plan } = await withSession(url, (session) => inTransaction(session, () => planFor(session, expected)));
  let copies = 0;
  const result = await converge(
    plan,
    (steps) =>
      onCopy(serverUrl, name, `${name}_${(copies += 1)}`, (copy) =>
        tryTwice(copy, steps, { expected: expected.catalog, normalisations: DEFAULT_NORMALISATIONS }),
      ),
    true,
  );
  if (result.plan === undefined) return { kind: "reported", why: [result.reason ?? ""] };
  const { steps, unrepaired } = result.plan;
  const { remaining: left, faults } = await withSession(url, (session) => applyTwice(session, steps, expected.catalog));
  const unreported = left
    .filter((change) => !isReported(change, unrepaired))
    .map((change) => `left and not reported: ${describeChange(change)}`);
  if (faults.length + unreported.length > 0) return { kind: "wrong", why: [...faults, ...unreported] };
  const reasons = unrepaired.map(({ change, reason }) => `${change.change} ${change.kind} ${change.object}: ${reason}`);
  return reasons.length === 0 ? CONVERGED : { kind: "reported", why: reasons };
}

function isReported({ kind, object }: Change, unrepaired: readonly Unrepaired[]): boolean {
  return unrepaired.some(({ change, reason }) => change.kind === kind && change.object === object && reason !== "");
}
