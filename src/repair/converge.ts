import type { Change } from "../drift/change.ts";
import { keyOfChange } from "../drift/facts.ts";
import type { RepairPlan } from "./plan.ts";
import type { Trial } from "./prove.ts";
import { harmless, losingChanges } from "./script.ts";
import type { Step } from "./step.ts";

/** Each round leaves out what a trial found wrong; a drift that needs more rounds than this is beyond us. */
const ROUNDS = 20;

export interface Settled {
  /** What was proved; undefined where nothing could be. */
  readonly plan: RepairPlan | undefined;
  /** Why nothing was proved. */
  readonly reason?: string;
}

/**
 * Finds the largest part of a repair that proves: plans, tries, and plans again without the changes whose steps failed or
 * left a difference, each of them with its reason.
 */
export async function settle(
  plan: (refused: ReadonlyMap<string, string>) => RepairPlan,
  attempt: (steps: readonly Step[]) => Promise<Trial>,
  allowDestructive: boolean,
): Promise<Settled> {
  const refused = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const planned = plan(refused);
    const steps = allowDestructive ? planned.steps : harmless(planned.steps);
    if (steps.length === 0) return { plan: planned };
    const trial = await attempt(steps);
    const faults = faultsOf(trial, planned, allowDestructive);
    if (faults.size === 0) return { plan: { ...planned, unrepaired: stillThere(planned, trial) } };
    const known = refused.size;
    for (const [key, reason] of faults) if (!refused.has(key)) refused.set(key, reason);
    if (refused.size === known) return { plan: undefined, reason: [...faults.values()][0] ?? "it did not prove" };
  }
  return { plan: undefined, reason: `after ${ROUNDS} rounds steps still fail` };
}

/** Some changes go with another one's repair: what an extension brought, when that moves to another schema. */
function stillThere({ unrepaired }: RepairPlan, { left }: Trial): RepairPlan["unrepaired"] {
  const keys = new Set(left.map(keyOfChange));
  return unrepaired.filter(({ change }) => keys.has(keyOfChange(change)));
}

/** The changes to blame, by `keyOfChange`, each with what went wrong. */
function faultsOf(
  { failed, left, again }: Trial,
  { steps, unrepaired }: RepairPlan,
  allowDestructive: boolean,
): ReadonlyMap<string, string> {
  if (failed !== undefined) {
    const when = failed.run === 2 ? " when it is run again" : "";
    const reason = `on a copy its repair fails${when}: ${failed.message}`;
    return new Map((failed.step?.causes ?? ["the script"]).map((cause) => [cause, reason]));
  }
  const known = new Set(unrepaired.map(({ change }) => keyOfChange(change)));
  const held = allowDestructive ? new Set<string>() : losingChanges(steps);
  const faults = new Map<string, string>();
  for (const change of left) {
    const key = keyOfChange(change);
    if (!known.has(key) && !held.has(key)) blame(change, "leaves a difference");
  }
  for (const change of again) blame(change, "changes something each time that it runs");
  return faults;

  function blame(change: Change, what: string): void {
    const key = keyOfChange(change);
    const own = causesOf(steps, ({ kind, object }) => `${kind} ${object}` === key);
    const near = own.length > 0 ? own : causesOf(steps, ({ object }) => isWithin(change.object, object));
    const causes = near.length > 0 ? near : [key];
    const free = causes.filter((cause) => !held.has(cause));
    for (const cause of free) {
      const told = cause === key ? change.detail : `${change.change} ${change.kind} ${change.object}: ${change.detail}`;
      faults.set(cause, free.length < causes.length ? WAITS : `on a copy its repair ${what} (${told})`);
    }
    if (free.length === 0) for (const cause of causes) faults.set(cause, `on a copy its repair ${what} (${change.detail})`);
  }
}

/** Of what follows from a change that loses data. */
const WAITS = "it goes with a change that may lose data, and whose steps are commented out";

function causesOf(steps: readonly Step[], fits: (step: Step) => boolean): readonly string[] {
  return [...new Set(steps.filter(fits).flatMap(({ causes }) => causes))];
}

/** Whether one object is named as a part of the other: `app.t.id`, `relation app.t` or `"a" on app.t`. */
function isWithin(object: string, whole: string): boolean {
  const at = object.indexOf(whole);
  return at >= 0 && /^ ?$/.test(object.slice(Math.max(at - 1, 0), at)) && /^[. ]?$/.test(object.charAt(at + whole.length));
}
