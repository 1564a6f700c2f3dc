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
  /** What was to go and turned out, on the second look, to stay. */
  readonly spared: readonly Planned[];
}

/** How long one fresh list may vouch for deletions. */
const FRESH_MS = 10_000;

/** Deletions under way at once: enough to reach an API's rate limit at some 200 ms each; the provider keeps the rate. */
const AT_ONCE = 8;

/** Milliseconds between two words on how far it is. */
const PROGRESS_MS = 5000;

/**
 * Deletes what `decide` says must go, leaves first. Everything is looked at again by a list that is only seconds old
 * when its deletion begins; what is missing from it by then is gone, and what `decide` no longer lets go is spared.
 */
export async function apply(
  providers: readonly Provider[],
  first: Plan,
  decide: (fresh: readonly Listed[]) => Plan,
  limits: Limits,
): Promise<Swept> {
  const swept = { deleted: [] as Planned[], failed: [] as Failed[], spared: [] as Planned[] };
  const total = first.delete.length;
  const say = progress(limits, total, () => swept.deleted.length + swept.failed.length + swept.spared.length);
  for (const wave of waves(first.delete)) {
    let left: readonly Planned[] = wave;
    while (left.length > 0) {
      const look = await lookAgain(providers, decide, limits);
      const isFresh = (): boolean => performance.now() - look.at < FRESH_MS;
      left = await inTurns(left, isFresh, limits.signal, async (planned) => {
        await remove(providers, planned, look, limits, swept);
        say();
      });
    }
  }
  return swept;
}

/** Groups of the same depth, deepest first: nothing in a wave was branched from anything else in it. */
function waves(planned: readonly Planned[]): readonly (readonly Planned[])[] {
  const there = byKey(planned);
  const depth = ({ listed }: Planned): number => {
    const parent = listed.parentId === undefined ? undefined : there.get(`${listed.provider} ${listed.parentId}`);
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  const groups: Planned[][] = [];
  for (const each of planned) (groups[depth(each)] ??= []).push(each);
  return groups.toReversed();
}

interface Look {
  readonly at: number;
  readonly going: ReadonlyMap<string, Planned>;
  readonly staying: ReadonlyMap<string, Planned>;
}

async function lookAgain(providers: readonly Provider[], decide: (fresh: readonly Listed[]) => Plan, limits: Limits): Promise<Look> {
  // What was read first counts: a long list is as old as its first page.
  const at = performance.now();
  const plan = decide((await Promise.all(providers.map((provider) => provider.list(limits)))).flat());
  return { at, going: byKey(plan.delete), staying: byKey(plan.keep) };
}

/** Works on items, a few at once, as long as `isFresh`, and at least on one each; returns those that are left. */
async function inTurns<T>(
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
  providers: readonly Provider[],
  planned: Planned,
  look: Look,
  limits: Limits,
  swept: { readonly deleted: Planned[]; readonly failed: Failed[]; readonly spared: Planned[] },
): Promise<void> {
  const key = keyOf(planned.listed);
  const stays = look.staying.get(key);
  const goes = look.going.get(key);
  if (stays !== undefined) swept.spared.push(stays);
  else if (goes === undefined) swept.deleted.push(planned);
  else await release(providers, goes, limits, swept);
}

async function release(
  providers: readonly Provider[],
  planned: Planned,
  limits: Limits,
  swept: { readonly deleted: Planned[]; readonly failed: Failed[]; readonly spared: Planned[] },
): Promise<void> {
  const { listed } = planned;
  try {
    await providers.find(({ name }) => name === listed.provider)?.release(listed.name, limits, listed);
    swept.deleted.push(planned);
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.code === "CANCELLED") throw thrown;
    // Somebody has taken it over, protected it or branched from it since the look.
    const stays = isOffshootError(thrown) && (thrown.code === "NOT_OURS" || thrown.code === "PROTECTED");
    if (stays) swept.spared.push({ ...planned, reason: { code: "guarded", text: thrown.message } });
    else swept.failed.push({ ...planned, error: messageOf(thrown) });
  }
}

function progress({ emit }: Limits, total: number, done: () => number): () => void {
  let last = performance.now();
  return () => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    emit({ kind: "note", text: `swept ${done()} of ${total}` });
  };
}

function byKey(planned: readonly Planned[]): ReadonlyMap<string, Planned> {
  return new Map(planned.map((each) => [keyOf(each.listed), each]));
}

function keyOf(listed: Listed): string {
  return `${listed.provider} ${listed.id}`;
}
