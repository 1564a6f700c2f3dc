import type { Listed } from "../providers/provider.ts";
import { limitsOf, reachable } from "../context/candidates.ts";
import { closedOf } from "../github/closed-refs.ts";
import { type CommonOptions, prepare } from "../context/context.ts";
import { inPhase } from "../context/phase.ts";
import { apply, type Failed } from "../sweep/apply.ts";
import { plan, type Plan, type Planned } from "../sweep/plan.ts";

export interface SweepOptions extends CommonOptions {
  /** Delete. Default false: only say what would go, and why each other thing stays. */
  readonly yes?: boolean | undefined;
  /** Also delete what is older, in milliseconds, expired or not. Default: only what is expired or broken. */
  readonly olderThanMs?: number | undefined;
  /** Keep what was used within this many milliseconds; default 15 minutes. */
  readonly idleMs?: number | undefined;
}

export interface SweepResult extends Plan {
  /** Whether anything was deleted, or this is the plan only. */
  readonly applied: boolean;
  readonly deleted: readonly Planned[];
  readonly failed: readonly Failed[];
}

export type { Failed } from "../sweep/apply.ts";
export type { Planned, Reason } from "../sweep/plan.ts";

const DEFAULT_IDLE_MS = 15 * 60_000;

/**
 * Finds stale databases of ours and, with `yes`, deletes them, leaves first. Never touches what lacks our owner
 * tag and name prefix, nor anything default, protected, in use, or with children that stay.
 */
export async function sweep(options: SweepOptions = {}): Promise<SweepResult> {
  const context = await prepare(options);
  const providers = await reachable(context);
  const limits = limitsOf(context);
  const listed = (await Promise.all(providers.map((provider) => provider.list(limits)))).flat();
  const closed = await closedOf(context, listed);
  const decide = (fresh: readonly Listed[]): Plan =>
    plan(fresh, {
      now: context.now(),
      olderThanMs: options.olderThanMs,
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
      baseTtlMs: context.settings.baseTtlMs,
      closed,
    });
  const planned = decide(listed);
  if (options.yes !== true) return { ...planned, applied: false, deleted: [], failed: [] };
  const swept = await inPhase(context.emit, "sweep", `sweeping ${planned.delete.length}`, () => apply(providers, planned, decide, limits));
  return { ...planned, keep: [...planned.keep, ...swept.spared], applied: true, deleted: swept.deleted, failed: swept.failed };
}
