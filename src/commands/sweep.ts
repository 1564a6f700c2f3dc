import { providerLimits, usableProviders } from "../context/providers.ts";
import { type CommonOptions, prepare } from "../context/context.ts";
import { inPhase } from "../context/phase.ts";
import { closedOf } from "../github/closed-refs.ts";
import { IDLE_MS } from "../providers/in-use.ts";
import type { Listed } from "../providers/provider.ts";
import { apply, type Failed } from "../sweep/apply.ts";
import { plan, type Plan, type Planned } from "../sweep/plan.ts";

export interface SweepOptions extends CommonOptions {
  /** Delete. Default false: only return the plan, with a reason for everything that would be deleted or kept. */
  readonly yes?: boolean | undefined;
  /** Also delete what is older than this many milliseconds, expired or not. Default: only what is expired or broken. */
  readonly olderThanMs?: number | undefined;
  /** Keep what was used within this many milliseconds; default 15 minutes. */
  readonly idleMs?: number | undefined;
  /** Delete what other repositories have left, too. Default false: only what belongs to the run's own repository. */
  readonly allRepositories?: boolean | undefined;
}

export interface SweepResult extends Plan {
  /** Whether the plan was carried out; false when only the plan was asked for. */
  readonly applied: boolean;
  readonly deleted: readonly Planned[];
  readonly failed: readonly Failed[];
}

export type { Failed } from "../sweep/apply.ts";
export type { Planned, Reason } from "../sweep/plan.ts";

/**
 * Finds our stale databases and, with `yes`, deletes them, children before parents. Never deletes anything without our
 * owner tag and name prefix, nothing of another repository unless it is asked for, and nothing that is a default branch, protected, in use, or has children that are kept.
 */
export async function sweep(options: SweepOptions = {}): Promise<SweepResult> {
  const context = await prepare(options);
  const providers = await usableProviders(context);
  const limits = providerLimits(context);
  const at = performance.now();
  const listed = (await Promise.all(providers.map((provider) => provider.list(limits)))).flat();
  const closed = await closedOf(context, listed);
  const decide = (current: readonly Listed[]): Plan =>
    plan(current, {
      now: context.now(),
      repository: options.allRepositories === true ? undefined : context.run.repository,
      owner: context.run.owner,
      olderThanMs: options.olderThanMs,
      idleMs: options.idleMs ?? IDLE_MS,
      baseTtlMs: context.settings.baseTtlMs,
      neonBases: context.settings.cache.bases,
      closed,
    });
  const planned = decide(listed);
  if (options.yes !== true) return { ...planned, applied: false, deleted: [], failed: [] };
  const swept = await inPhase(context.emit, "sweep", `sweeping ${planned.delete.length}`, () =>
    apply(providers, planned, decide, limits, at),
  );
  return { ...planned, keep: [...planned.keep, ...swept.kept], applied: true, deleted: swept.deleted, failed: swept.failed };
}
