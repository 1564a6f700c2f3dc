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

/** How many deletions one fresh list may vouch for: they are done within seconds of the look. */
const BATCH = 25;

/**
 * Deletes what `decide` says must go. Each batch is looked at again first, by a fresh list; what is missing by then
 * counts as deleted. Sequential by design: the providers bound their own rate, and leaves must go before parents.
 */
export async function apply(
  providers: readonly Provider[],
  first: Plan,
  decide: (fresh: readonly Listed[]) => Plan,
  limits: Limits,
): Promise<Swept> {
  const swept = { deleted: [] as Planned[], failed: [] as Failed[], spared: [] as Planned[] };
  for (let start = 0; start < first.delete.length; start += BATCH) {
    const batch = first.delete.slice(start, start + BATCH);
    const going = await lookAgain(providers, decide, limits);
    for (const planned of batch) {
      limits.signal.throwIfAborted();
      if (!going.has(keyOf(planned))) swept.spared.push(planned);
      else await remove(providers, planned, limits, swept);
    }
    limits.report({ kind: "note", text: `swept ${Math.min(start + BATCH, first.delete.length)} of ${first.delete.length}` });
  }
  return swept;
}

async function lookAgain(
  providers: readonly Provider[],
  decide: (fresh: readonly Listed[]) => Plan,
  limits: Limits,
): Promise<ReadonlySet<string>> {
  const fresh = await Promise.all(providers.map((provider) => provider.list(limits)));
  return new Set(decide(fresh.flat()).delete.map(keyOf));
}

async function remove(
  providers: readonly Provider[],
  planned: Planned,
  limits: Limits,
  swept: { readonly deleted: Planned[]; readonly failed: Failed[] },
): Promise<void> {
  const provider = providers.find(({ name }) => name === planned.listed.provider);
  try {
    await provider?.release(planned.listed.name, limits);
    swept.deleted.push(planned);
  } catch (thrown) {
    if (isOffshootError(thrown) && thrown.code === "CANCELLED") throw thrown;
    swept.failed.push({ ...planned, error: messageOf(thrown) });
  }
}

function keyOf({ listed }: Planned): string {
  return `${listed.provider} ${listed.id}`;
}
