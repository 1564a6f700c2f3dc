import { type Change, keyOfChange } from "../drift/change.ts";
import type { RepairPlan } from "./plan.ts";
import type { Trial } from "./prove.ts";
import { harmless, losingChanges } from "./script.ts";
import type { Step } from "./step.ts";

/** Each round leaves out the changes that failed in the last trial. A repair that needs more rounds is given up. */
const ROUNDS = 20;

export interface Converged {
  /** The plan that was proved; undefined if none could be proved. */
  readonly plan: RepairPlan | undefined;
  /** Why no plan was proved. */
  readonly reason?: string;
}

/**
 * Finds the largest part of a repair that works: plans, tries the plan on a copy, and plans again without the changes
 * whose steps failed or left a difference, each with its reason.
 */
export async function converge(
  plan: (refused: ReadonlyMap<string, string>) => RepairPlan,
  attempt: (steps: readonly Step[]) => Promise<Trial>,
  allowDestructive: boolean,
): Promise<Converged> {
  const refused = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const planned = plan(refused);
    const steps = allowDestructive ? planned.steps : harmless(planned.steps);
    const trial = steps.length === 0 ? undefined : await attempt(steps);
    const faults = trial === undefined ? NONE : faultsOf(trial, planned, allowDestructive);
    if (faults.size === 0) {
      const better = allowDestructive || refused.size === 0 ? refused : await withLosses(refused, plan(NONE), attempt);
      return { plan: trial === undefined ? plan(better) : stillNeeded(plan(better), steps, trial) };
    }
    const known = refused.size;
    for (const [key, reason] of faults) if (!refused.has(key)) refused.set(key, reason);
    if (refused.size === known) return { plan: undefined, reason: [...faults.values()][0] ?? "the test on a copy failed" };
  }
  return { plan: undefined, reason: `steps still failed after ${ROUNDS} tests on copies` };
}

const NONE: ReadonlyMap<string, string> = new Map();

/** The reasons, of which those name the losing steps that the change needs: with these it works on a copy. */
async function withLosses(
  refused: ReadonlyMap<string, string>,
  whole: RepairPlan,
  attempt: (steps: readonly Step[]) => Promise<Trial>,
): Promise<ReadonlyMap<string, string>> {
  if (losingChanges(whole.steps).size === 0) return refused;
  const trial = await attempt(whole.steps);
  if (trial.failed !== undefined) return refused;
  const faults = faultsOf(trial, whole, true);
  return new Map([...refused].map(([key, reason]) => [key, faults.has(key) ? reason : NEEDS_DESTRUCTIVE]));
}

/**
 * The plan without what other steps have changed already: an extension that moves to another schema moves its objects and
 * changes the columns of its types. It is left out of the unrepaired changes and of the steps that lose data.
 */
function stillNeeded(plan: RepairPlan, ran: readonly Step[], { remaining: left }: Trial): RepairPlan {
  const keys = new Set(left.map(keyOfChange));
  const running = new Set(ran.map(({ sql }) => sql));
  return {
    ...plan,
    steps: plan.steps.filter(({ sql, causes }) => running.has(sql) || causes.some((cause) => keys.has(cause))),
    unrepaired: plan.unrepaired.filter(({ change }) => keys.has(keyOfChange(change))),
  };
}

/** The changes that caused the failure, by `keyOfChange`, each with what went wrong. */
function faultsOf(
  { failed, remaining: left, changedAgain: again }: Trial,
  { steps, unrepaired }: RepairPlan,
  allowDestructive: boolean,
): ReadonlyMap<string, string> {
  if (failed !== undefined) {
    const when = failed.run === 2 ? " in the second run" : "";
    const reason = `its repair failed on a copy${when}: ${failed.message}`;
    return new Map((failed.step?.causes ?? ["the script"]).map((cause) => [cause, reason]));
  }
  const known = new Set(unrepaired.map(({ change }) => keyOfChange(change)));
  const commentedOut = allowDestructive ? new Set<string>() : losingChanges(steps);
  const faults = new Map<string, string>();
  for (const change of left) {
    const key = keyOfChange(change);
    if (!known.has(key) && !commentedOut.has(key)) blameFor(change, "left a difference on a copy");
  }
  for (const change of again) blameFor(change, "changed something again in the second run on a copy");
  return faults;

  function blameFor(change: Change, what: string): void {
    const key = keyOfChange(change);
    const own = causesOf(steps, ({ kind, object }) => `${kind} ${object}` === key);
    const near = own.length > 0 ? own : causesOf(steps, ({ object }) => isWithin(change.object, object));
    const causes = near.length > 0 ? near : [key];
    const free = causes.filter((cause) => !commentedOut.has(cause));
    for (const cause of free) {
      const detail = cause === key ? change.detail : `${change.change} ${change.kind} ${change.object}: ${change.detail}`;
      faults.set(cause, free.length < causes.length ? NEEDS_DESTRUCTIVE : `its repair ${what} (${detail})`);
    }
    if (free.length === 0) for (const cause of causes) faults.set(cause, `its repair ${what} (${change.detail})`);
  }
}

/** For a change that depends on one that loses data. */
const NEEDS_DESTRUCTIVE = "it depends on a change that may lose data, whose steps are commented out";

function causesOf(steps: readonly Step[], fits: (step: Step) => boolean): readonly string[] {
  return [...new Set(steps.filter(fits).flatMap(({ causes }) => causes))];
}

/** Whether the name of one object contains the other, as in `app.t.id`, `relation app.t` or `"a" on app.t`. */
function isWithin(object: string, whole: string): boolean {
  const at = object.indexOf(whole);
  return at >= 0 && /^ ?$/.test(object.slice(Math.max(at - 1, 0), at)) && /^[. ]?$/.test(object.charAt(at + whole.length));
}
