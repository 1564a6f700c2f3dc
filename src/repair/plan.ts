import { type Change, keyOf, keyOfChange } from "../drift/change.ts";
import { normalise, type Normalisations } from "../drift/normalise/normalisations.ts";
import { mainOwnersOf } from "../drift/normalise/owners.ts";
import { collect } from "./collect.ts";
import { graphOf } from "./dependency-graph.ts";
import { lookup, type Side } from "./lookup.ts";
import { refuseDependants, rootsFirst, type Unrepaired } from "./root-causes.ts";
import { order } from "./order.ts";
import type { RepairContext } from "./repair-context.ts";
import type { Rows } from "./rows.ts";
import { printable } from "./printable.ts";
import { withSearchPaths } from "./search-path.ts";
import { withStatisticsOwners } from "./statistics-owners.ts";
import type { Step } from "./step.ts";

export type { Unrepaired } from "./root-causes.ts";

export interface RepairPlan {
  /** In the order in which they must run. */
  readonly steps: readonly Step[];
  readonly unrepaired: readonly Unrepaired[];
  /** Statements that rename an object, which may be right, and which only a person can decide. */
  readonly possibleRenames?: readonly string[];
}

export interface PlanOptions {
  /** The same as for `compareCatalogs`. */
  readonly normalisations?: Partial<Normalisations> | undefined;
  readonly rows: Rows;
  /** Changes to leave out, by `keyOf`, each with its reason: a trial showed that they cannot be repaired. */
  readonly refused?: ReadonlyMap<string, string> | undefined;
}

/** For example, an index that serves a constraint has no steps of its own. */
const OWNER_UNREPAIRED = "the object that it belongs to is not repaired";

/** The role that owns what a repair creates, and that owns most objects of `actual` already. */
export function ownerOfRepaired(expected: Side, actual: Side): string {
  const [owner, actualOwner] = mainOwnersOf(expected.catalog, actual.catalog);
  // Without a common object, use an owner of the same name, or else the role that runs the repair.
  const fallbackOwner = owner !== undefined && actual.source.roles.has(owner) ? owner : actual.source.user;
  return actualOwner ?? fallbackOwner;
}

/**
 * The steps that change `actual` into `expected`. `changes` are the result of `compareCatalogs` on the same two. The steps
 * are ordered by dependencies, and each can run twice. A change that a schema alone cannot define, such as values for a
 * `NOT NULL` column, is not repaired, with the reason.
 */
export function planRepair(expected: Side, actual: Side, changes: readonly Change[], options: PlanOptions): RepairPlan {
  const [left, right] = normalise(expected.catalog, actual.catalog, options.normalisations ?? {});
  const sides = {
    expected: graphOf(left, expected.source.dependencies),
    actual: graphOf(right, actual.source.dependencies),
    everything: { expected: graphOf(expected.catalog, []), actual: graphOf(actual.catalog, []) },
  };
  const [owner] = mainOwnersOf(expected.catalog, actual.catalog);
  const lookups = { expected: lookup(expected, owner), actual: lookup(actual, ownerOfRepaired(expected, actual)) };
  const refused = new Map(options.refused);
  const role = (name: string): string => (name === owner ? (lookups.actual.mainOwner ?? name) : name);
  for (;;) {
    refuseDependants(changes, refused, sides, lookups.expected);
    const kept = changes.filter((change) => !refused.has(keyOfChange(change)));
    const created = new Set(
      kept.filter(({ change, kind }) => change === "missing" && (kind === "table" || kind === "domain")).map(keyOfChange),
    );
    const isNew = (id: string): boolean => created.has(keyOf("table", id)) || created.has(keyOf("domain", id));
    const context: RepairContext = { ...lookups, ...options.rows, role, isNew };
    const work = collect(kept, sides, context);
    if (work.refused.size > 0) {
      for (const [key, reason] of work.refused) refused.set(key, reason);
      continue;
    }
    const ordered = withStatisticsOwners(order(work.operations, sides), context);
    const steps = withSearchPaths(ordered, lookups.expected).map((step) => ({ ...step, sql: printable(step.sql) }));
    const unrepaired = changes.flatMap((change) => {
      const reason = refused.get(keyOfChange(change)) ?? (steps.length === 0 ? OWNER_UNREPAIRED : undefined);
      return reason === undefined ? [] : [{ change, reason }];
    });
    return { steps, unrepaired: rootsFirst(unrepaired, sides, lookups.expected) };
  }
}
