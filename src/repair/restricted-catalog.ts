import type { Catalog } from "../catalog/catalog.ts";
import { quoted } from "../catalog/quote.ts";
import { type Change, keyOfChange } from "../drift/change.ts";
import type { RepairPlan } from "./plan.ts";
import type { Step } from "./step.ts";

/** Why the repair of an event trigger is never tried on a restricted copy. */
const NEEDS_SUPERUSER =
  "not proved: an event trigger needs a superuser, and the copy on which repairs are tested has none. Write this part yourself";

/** The catalog without what only a superuser can create. A restricted copy has none of it. */
export function withoutEventTriggers(catalog: Catalog): Catalog {
  return { ...catalog, eventTriggers: [] };
}

/**
 * The catalog of a copy with the owner's name of the original in place of the copy's own role, which owns everything
 * there. The name of that role is random, so it is nothing else in the catalog.
 */
export function asOnOriginal(copy: Catalog, role: string | undefined, owner: string): Catalog {
  if (role === undefined) return copy;
  return JSON.parse(JSON.stringify(copy).replaceAll(role, JSON.stringify(owner).slice(1, -1))) as Catalog;
}

/** The changes that cannot be tried without a superuser, by `keyOfChange`, each with the reason. */
export function notProvable(changes: readonly Change[]): ReadonlyMap<string, string> {
  return new Map(changes.filter(({ kind }) => kind === "event trigger").map((change) => [keyOfChange(change), NEEDS_SUPERUSER]));
}

/** The plan with every change that could not be tried. The copy has none of these objects, so no difference is left there. */
export function withNotProvable(plan: RepairPlan, changes: readonly Change[]): RepairPlan {
  const known = new Set(plan.unrepaired.map(({ change }) => keyOfChange(change)));
  const left = changes.filter(({ kind }) => kind === "event trigger").filter((change) => !known.has(keyOfChange(change)));
  return { ...plan, unrepaired: [...plan.unrepaired, ...left.map((change) => ({ change, reason: NEEDS_SUPERUSER }))] };
}

/** The steps to run on a restricted copy: its role already owns what a step gives to the owner of the original. */
export function withoutOwnerSteps(steps: readonly Step[], owner: string): readonly Step[] {
  return steps.filter(({ sql }) => !sql.endsWith(` owner to ${quoted(owner)}`));
}
