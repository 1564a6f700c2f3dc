import { cancelled } from "../deadline.ts";
import { isOffshootError, messageOf } from "../errors.ts";
import type { Limits, Listed, Provider } from "../providers/provider.ts";
import type { Plan, Planned } from "./plan.ts";

export interface Failed extends Planned {
  readonly error: string;
}

export interface Swept {
  readonly deleted: readonly Planned[];
  readonly failed: readonly Failed[];
  /** Items that the plan selected for deletion, but the second check kept. */
  readonly kept: readonly Planned[];
}

/** What a sweep needs of a provider. */
export type SweepTarget = Pick<Provider, "name" | "list" | "release">;

/** How long a list of databases is current enough to delete from it, in milliseconds. */
const FRESH_MS = 10_000;

/** Deletions at the same time. At about 200 ms each, this reaches the rate limit of Neon's API, which the provider respects. */
const AT_ONCE = 8;

/** Milliseconds between two progress messages. */
const PROGRESS_MS = 5000;

/**
 * Deletes what `decide` selects, children before parents. When a deletion starts, the list that it is based on is only
 * seconds old. `at` is when the list of `first` was read (`performance.now()`); default too long ago. Later ones are read as
 * needed. An item that is no longer in the list counts as deleted. An item that `decide` no longer selects is kept.
 */
export async function apply(
  providers: readonly SweepTarget[],
  first: Plan,
  decide: (fresh: readonly Listed[]) => Plan,
  limits: Limits,
  at = Number.NEGATIVE_INFINITY,
): Promise<Swept> {
  const swept = { deleted: [] as Planned[], failed: [] as Failed[], kept: [] as Planned[] };
  const total = first.delete.length;
  const reportProgress = progressReporter(limits, total, () => swept.deleted.length + swept.failed.length + swept.kept.length);
  const isFresh = (): boolean => performance.now() - snapshot.at < FRESH_MS;
  let snapshot = snapshotOf(first, at);
  for (const level of levelsOf(first.delete)) {
    let left: readonly Planned[] = level;
    while (left.length > 0) {
      if (!isFresh()) snapshot = await takeSnapshot(providers, decide, limits);
      left = await whileFresh(left, isFresh, limits.signal, async (planned) => {
        await remove(providers, planned, snapshot, limits, swept);
        reportProgress();
      });
    }
  }
  return swept;
}

/** Groups of the same depth, the deepest first. No item in a group is a parent of another one in it. */
function levelsOf(planned: readonly Planned[]): readonly (readonly Planned[])[] {
  const all = byKey(planned);
  const depth = ({ listed }: Planned): number => {
    const parent = listed.parentId === undefined ? undefined : all.get(`${listed.provider} ${listed.parentId}`);
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  const groups: Planned[][] = [];
  for (const each of planned) (groups[depth(each)] ??= []).push(each);
  return groups.toReversed();
}

/** A new plan from a current list. */
interface Snapshot {
  readonly at: number;
  readonly toDelete: ReadonlyMap<string, Planned>;
  readonly toKeep: ReadonlyMap<string, Planned>;
}

async function takeSnapshot(
  providers: readonly SweepTarget[],
  decide: (fresh: readonly Listed[]) => Plan,
  limits: Limits,
): Promise<Snapshot> {
  // The time of the first page counts, because reading a long list takes some time.
  const at = performance.now();
  return snapshotOf(decide((await Promise.all(providers.map((provider) => provider.list(limits)))).flat()), at);
}

function snapshotOf(plan: Plan, at: number): Snapshot {
  return { at, toDelete: byKey(plan.delete), toKeep: byKey(plan.keep) };
}

/** Runs `work` for several items at the same time while `isFresh`, but at least one item for each worker. Returns the remaining items. */
async function whileFresh<T>(
  items: readonly T[],
  isFresh: () => boolean,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<readonly T[]> {
  let next = 0;
  const worker = async (): Promise<void> => {
    do {
      if (signal.aborted) throw cancelled("sweeping");
      const item = items[next];
      if (item === undefined) return;
      next += 1;
      await work(item);
    } while (isFresh());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return items.slice(next);
}

async function remove(
  providers: readonly SweepTarget[],
  planned: Planned,
  snapshot: Snapshot,
  limits: Limits,
  swept: { readonly deleted: Planned[]; readonly failed: Failed[]; readonly kept: Planned[] },
): Promise<void> {
  const key = keyOf(planned.listed);
  const kept = snapshot.toKeep.get(key);
  const current = snapshot.toDelete.get(key);
  if (kept !== undefined) swept.kept.push(kept);
  else if (current === undefined) swept.deleted.push(planned);
  else await release(providers, current, limits, swept);
}

async function release(
  providers: readonly SweepTarget[],
  planned: Planned,
  limits: Limits,
  swept: { readonly deleted: Planned[]; readonly failed: Failed[]; readonly kept: Planned[] },
): Promise<void> {
  const { listed } = planned;
  try {
    const provider = providers.find(({ name }) => name === listed.provider);
    const outcome = await provider?.release(listed.name, limits, { seen: listed });
    const isDone = outcome === "deleted" || (outcome === "kept" && planned.expireAt !== undefined);
    // Another process may have deleted it. Only a new list shows that.
    const isLeft = !isDone && (provider === undefined || (await provider.list(limits)).some(({ id }) => id === listed.id));
    if (isLeft) swept.failed.push({ ...planned, error: "it was not deleted: it is still in the list" });
    else swept.deleted.push(planned);
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.code === "CANCELLED") throw thrown;
    // Since the snapshot, another process used it, protected it or created a branch from it.
    const isProtected = isOffshootError(thrown) && (thrown.code === "NOT_OURS" || thrown.code === "PROTECTED");
    if (isProtected) swept.kept.push({ ...planned, reason: { code: "guarded", text: thrown.message } });
    else swept.failed.push({ ...planned, error: messageOf(thrown) });
  }
}

function progressReporter({ emit }: Limits, total: number, done: () => number): () => void {
  let last = performance.now();
  return () => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    emit({ kind: "note", text: `checked ${done()} of ${total} databases to delete` });
  };
}

function byKey(planned: readonly Planned[]): ReadonlyMap<string, Planned> {
  return new Map(planned.map((each) => [keyOf(each.listed), each]));
}

function keyOf(listed: Listed): string {
  return `${listed.provider} ${listed.id}`;
}
