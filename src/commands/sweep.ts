import { checkOptionNames } from "../context/option-names.ts";
import { basename, resolve } from "node:path";
import { writeOutputFile } from "../context/output-file.ts";
import { providerLimits } from "../context/providers.ts";
import { usableProviders } from "../context/usable-providers.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { inPhase } from "../context/phase.ts";
import { OffshootError } from "../errors.ts";
import { readCheckout } from "../identity/checkout.ts";
import { type LocalClone, readLocalClone } from "../identity/worktrees.ts";
import { closedOf, closedPullRequests } from "../github/closed-refs.ts";
import { IDLE_MS } from "../providers/in-use.ts";
import type { Limits, Listed, Provider } from "../providers/provider.ts";
import { MIB, readFailure, readText } from "../read-file.ts";
import { planAlso } from "../sweep/also.ts";
import { apply, type Failed, type SweepTarget } from "../sweep/apply.ts";
import { plan, type Plan, type Planned } from "../sweep/plan.ts";
import { parsePlanFile, type PlanFile, planFileText, restrictTo } from "../sweep/plan-file.ts";
import { type Saving, savingsOf } from "../sweep/savings.ts";

export interface SweepOptions extends CommonOptions {
  /** Delete. Default false: only return the plan, with a reason for everything that would be deleted or kept. */
  readonly yes?: boolean | undefined;
  /** Also delete what is older than this many milliseconds, expired or not. Default: only what is expired or broken. */
  readonly olderThanMs?: number | undefined;
  /** Keep what was used within this many milliseconds; default 15 minutes. */
  readonly idleMs?: number | undefined;
  /** Delete what other repositories have left, too. Default false: only what belongs to the run's own repository. */
  readonly allRepositories?: boolean | undefined;
  /** Include the branches of other tools that the setting `sweep.also` names. Default false. */
  readonly also?: boolean | undefined;
  /** A file to write the plan to. Nothing is deleted then. */
  readonly plan?: string | undefined;
  /** A file with a reviewed plan. Deleted is what both the file and a new plan name. */
  readonly apply?: string | undefined;
}

export interface SweepResult extends Plan {
  /** Whether the plan was carried out; false when only the plan was asked for. */
  readonly applied: boolean;
  readonly deleted: readonly Planned[];
  readonly failed: readonly Failed[];
  /** What the plan saves, by reason, with a total. */
  readonly savings: readonly Saving[];
}

export type { Failed } from "../sweep/apply.ts";
export type { Planned, Reason } from "../sweep/plan.ts";
export type { Saving } from "../sweep/savings.ts";

/**
 * Finds our stale databases and, with `yes`, deletes them, children before parents. Never deletes anything without our
 * owner tag and name prefix, nothing of another repository unless it is asked for, and nothing that is a default branch, protected, in use, or has children that are kept.
 * With `also`, branches of other tools that the rules of `sweep.also` match are included. Throws `USAGE` for a plan that
 * cannot be read, for options that exclude each other, and for `also` without rules.
 */
export async function sweep(options: SweepOptions = {}): Promise<SweepResult> {
  checkOptionNames(options);
  requireConsistent(options);
  return inContext(options, (context) => sweepIn(context, options));
}

async function sweepIn(context: Context, options: SweepOptions): Promise<SweepResult> {
  const reviewed = options.apply === undefined ? undefined : await readPlanFile(context, options.apply);
  const providers = await usableProviders(context);
  const limits = providerLimits(context);
  const tasks = [await ownTask(context, providers, options, limits)];
  if (options.also === true) tasks.push(await otherTask(context, providers, options, limits));
  const restricted = reviewed === undefined ? tasks : tasks.map((task) => restrict(task, reviewed));
  const planned = {
    delete: restricted.flatMap((task) => task.first.delete),
    keep: restricted.flatMap((task) => task.first.keep),
  };
  const result = { ...planned, savings: savingsOf(planned.delete), applied: false, deleted: [], failed: [] };
  if (options.plan !== undefined) await writeOutputFile(options.plan, planFileText(planned, context.now()), { cwd: context.cwd });
  if (options.yes !== true && reviewed === undefined) return result;
  const swept = await inPhase(context.emit, "sweep", `sweeping ${planned.delete.length}`, () => applyAll(restricted, limits));
  return { ...result, keep: [...planned.keep, ...swept.kept], applied: true, deleted: swept.deleted, failed: swept.failed };
}

/** One part of a sweep: what it deletes from, and how it decides. */
interface Task {
  readonly targets: readonly SweepTarget[];
  readonly first: Plan;
  readonly decide: (current: readonly Listed[]) => Plan;
  /** When the list of `first` was read (`performance.now()`). */
  readonly at: number;
}

async function ownTask(context: Context, providers: readonly Provider[], options: SweepOptions, limits: Limits): Promise<Task> {
  const at = performance.now();
  const listed = (await Promise.all(providers.map((provider) => provider.list(limits)))).flat();
  const [closed, local] = await Promise.all([closedOf(context, listed), localClone(context)]);
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
      local,
    });
  return { targets: providers, first: decide(listed), decide, at };
}

/** What exists in the clone of the person who sweeps. A CI checks out one branch, and knows nothing of people's worktrees. */
async function localClone({ cwd, env, run, signal }: Context): Promise<LocalClone | undefined> {
  const { git, top } = await readCheckout(cwd);
  return git === undefined || run.owner === undefined ? undefined : readLocalClone(git, top, env, signal);
}

async function otherTask(context: Context, providers: readonly Provider[], options: SweepOptions, limits: Limits): Promise<Task> {
  const rules = context.settings.sweep.also;
  if (rules.length === 0) {
    throw new OffshootError("USAGE", "--also needs rules, and the setting sweep.also has none.", {
      remedy: "Write rules below `sweep: { also: … }` in offshoot.yaml, as in docs/providers/neon.md.",
    });
  }
  const { repository } = context.run;
  const repositories = new Set(rules.flatMap((rule) => (rule.closed ? [rule.repository ?? repository] : [])));
  const closed = await closedPullRequests(context, repositories);
  const expiries = new Map<string, Date>();
  const decide = (current: readonly Listed[]): Plan => {
    const decided = planAlso(current, { rules, now: context.now(), idleMs: options.idleMs ?? IDLE_MS, repository, closed });
    for (const { listed, expireAt } of decided.delete) if (expireAt !== undefined) expiries.set(listed.id, expireAt);
    return decided;
  };
  const targets = providers.flatMap(({ name, others }): SweepTarget[] => {
    if (others === undefined) return [];
    const release: SweepTarget["release"] = async (_name, own, { seen } = {}) => {
      if (seen === undefined) return "kept";
      const expireAt = expiries.get(seen.id);
      if (expireAt === undefined) return others.remove(seen, own);
      await others.expire(seen, expireAt, own);
      return "kept";
    };
    return [{ name, list: (own) => others.list(own), release }];
  });
  const at = performance.now();
  const listed = (await Promise.all(targets.map((target) => target.list(limits)))).flat();
  return { targets, first: decide(listed), decide, at };
}

function restrict(task: Task, reviewed: PlanFile): Task {
  return { ...task, first: restrictTo(task.first, reviewed), decide: (current) => restrictTo(task.decide(current), reviewed) };
}

async function applyAll(tasks: readonly Task[], limits: Limits): Promise<Awaited<ReturnType<typeof apply>>> {
  const all = { deleted: [] as Planned[], failed: [] as Failed[], kept: [] as Planned[] };
  for (const { targets, first, decide, at } of tasks) {
    const swept = await apply(targets, first, decide, limits, at);
    all.deleted.push(...swept.deleted);
    all.failed.push(...swept.failed);
    all.kept.push(...swept.kept);
  }
  return all;
}

function requireConsistent({ yes, plan: file, apply: reviewed }: SweepOptions): void {
  if (file === undefined || (yes !== true && reviewed === undefined)) return;
  throw new OffshootError("USAGE", "--plan only writes the plan, so it cannot be used together with --yes or --apply.", {
    remedy: "Run `offshoot sweep --plan FILE`, review the file, then run `offshoot sweep --apply FILE`.",
  });
}

const MOST_PLAN_BYTES = 32 * MIB;

async function readPlanFile({ cwd }: Context, file: string): Promise<PlanFile> {
  let text: string;
  try {
    text = await readText(resolve(cwd, file), MOST_PLAN_BYTES);
  } catch (thrown) {
    throw new OffshootError("USAGE", `Could not read the plan ${file}: ${readFailure(thrown)}.`, {
      remedy: "Give the path of a file that `offshoot sweep --plan FILE` wrote.",
    });
  }
  return parsePlanFile(text, basename(file));
}
