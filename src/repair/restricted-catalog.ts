import type { Catalog } from "../catalog/catalog.ts";
import { quoted } from "../catalog/quote.ts";
import { type Change, keyOfChange } from "../drift/change.ts";
import type { RepairPlan } from "./plan.ts";
import { sqlOf, type Step } from "./step.ts";

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

/**
 * The steps to run on a restricted copy. Its role owns what a step gives to the owner of the original, and has the default
 * privileges of that owner.
 */
export function asOnCopy(steps: readonly Step[], role: string, owner: string): readonly Step[] {
  return steps
    .filter(({ sql }) => !sql.endsWith(` owner to ${quoted(owner)}`))
    .map((step) => (step.kind === "default privilege" ? defaultPrivilegeOnCopy(step, role, owner) : step));
}

function defaultPrivilegeOnCopy(step: Step, role: string, owner: string): Step {
  const { superuser, ...rest } = step;
  if (superuser === undefined) return step;
  const [from, to] = [quoted(owner), quoted(role)];
  const whose = ` for role ${from} `;
  const grantee = new RegExp(`( (?:to|from) )${escaped(from)}((?: with grant option)?)$`);
  const parts = {
    ...superuser,
    statement: superuser.statement
      .replace(whose, () => ` for role ${to} `)
      .replace(grantee, (_, word: string, end: string) => `${word}${to}${end}`),
  };
  // The role can change its own default privileges.
  return { ...rest, sql: sqlOf(parts), ...(superuser.statement.includes(whose) ? {} : { superuser: parts }) };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
