import type { Change } from "../drift/change.ts";
import { keyOf, keyOfChange } from "../drift/facts.ts";
import { normalise, type Normalisations } from "../drift/normalise/normalisations.ts";
import { gather } from "./collect.ts";
import { graphOf } from "./dependency-graph.ts";
import { lookup, type Side } from "./lookup.ts";
import { principalsOf } from "../drift/normalise/owners.ts";
import type { Making, Rows } from "./repair-context.ts";
import { order } from "./order.ts";
import type { Step } from "./step.ts";

/** A change that a repair leaves alone. */
export interface Unrepaired {
  readonly change: Change;
  /** Why, one line. */
  readonly reason: string;
}

export interface RepairPlan {
  /** In the order in which they are to run. */
  readonly steps: readonly Step[];
  readonly unrepaired: readonly Unrepaired[];
}

export interface PlanOptions {
  /** What `compareCatalogs` was told. */
  readonly normalisations?: Partial<Normalisations> | undefined;
  readonly rows: Rows;
  /** Changes that are to be left alone, by `keyOf`, each with its reason: what a proof found. */
  readonly refused?: ReadonlyMap<string, string> | undefined;
}

/** An index that serves a constraint has no steps of its own, for one. */
const ALONG = "what it belongs to is left alone";

/**
 * The steps that take `actual` to `expected`, which `changes` (from `compareCatalogs` on the same two) set apart. They are
 * ordered by dependencies, and each may run twice. What no schema can tell, such as values for a column that may not
 * be null, is left alone for a reason.
 */
export function planRepair(expected: Side, actual: Side, changes: readonly Change[], options: PlanOptions): RepairPlan {
  const [left, right] = normalise(expected.catalog, actual.catalog, options.normalisations ?? {});
  const sides = {
    expected: graphOf(left, expected.source.dependencies),
    actual: graphOf(right, actual.source.dependencies),
    everything: { expected: graphOf(expected.catalog, []), actual: graphOf(actual.catalog, []) },
  };
  const [owner, itsOwner] = principalsOf(expected.catalog, actual.catalog);
  // Where the two have nothing in common, an owner of the same name is as good as the one who repairs.
  const ownerThere = owner !== undefined && actual.source.roles.has(owner) ? owner : actual.source.user;
  const lookups = { expected: lookup(expected, owner), actual: lookup(actual, itsOwner ?? ownerThere) };
  const refused = new Map(options.refused);
  const role = (name: string): string => (name === owner ? (lookups.actual.principal ?? name) : name);
  for (;;) {
    const kept = changes.filter((change) => !refused.has(keyOfChange(change)));
    const made = new Set(
      kept.filter(({ change, kind }) => change === "missing" && (kind === "table" || kind === "domain")).map(keyOfChange),
    );
    const isNew = (id: string): boolean => made.has(keyOf("table", id)) || made.has(keyOf("domain", id));
    const making: Making = { ...lookups, ...options.rows, role, isNew };
    const work = gather(kept, sides, making);
    if (work.refused.size > 0) {
      for (const [key, reason] of work.refused) refused.set(key, reason);
      continue;
    }
    const steps = order(work.operations, sides);
    const unrepaired = changes.flatMap((change) => {
      const reason = refused.get(keyOfChange(change)) ?? (steps.length === 0 ? ALONG : undefined);
      return reason === undefined ? [] : [{ change, reason }];
    });
    return { steps, unrepaired };
  }
}
