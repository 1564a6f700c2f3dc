import { isOffshootError } from "../errors.ts";
import type { ProviderName, Released } from "../providers/provider.ts";
import type { Lifetime } from "../identity/owner-tag.ts";
import { limitsOf, reachable } from "../context/candidates.ts";
import type { Context } from "../context/context.ts";
import { inPhase } from "../context/phase.ts";

export interface DownResult {
  readonly name: string;
  readonly outcome: Released;
  /** Where it was deleted; several when an earlier fallback had split the run. */
  readonly providers: readonly ProviderName[];
}

/** Removes the run's database; with `only`, where its tag still gives it that lifetime. Throws what `down` throws. */
export async function downIn(context: Context, only?: Lifetime): Promise<DownResult> {
  return inPhase(
    context.emit,
    "down",
    "teardown",
    () => release(context, only),
    ({ outcome }) => `database ${outcome}`,
  );
}

/** Removes the database of a run whose last user ends; false where `up` has asked for it meanwhile, so that it is kept. */
export async function removeAfterLastUse(context: Context): Promise<boolean> {
  return (await downIn(context, "last-run")).outcome !== "kept";
}

/**
 * Everywhere at once. One provider that is out of reach keeps no other from being cleared: the run may have fallen
 * back from it. It is a failure only where nothing was deleted, since the database may then be there.
 */
async function release(context: Context, only: Lifetime | undefined): Promise<DownResult> {
  const providers = await reachable(context);
  const outcomes = await Promise.allSettled(
    providers.map((provider) => provider.release(context.name, limitsOf(context), undefined, only)),
  );
  const ended = (as: Released): readonly ProviderName[] =>
    providers.filter((_, index) => isOutcome(outcomes[index], as)).map(({ name }) => name);
  const [deleted, kept] = [ended("deleted"), ended("kept")];
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    const thrown: unknown = outcome.reason;
    if (deleted.length === 0 || !isOffshootError(thrown) || thrown.code !== "PROVIDER_OUTAGE") throw thrown;
    context.emit({ kind: "warning", text: thrown.message });
  }
  const outcome = kept.length > 0 ? "kept" : deleted.length > 0 ? "deleted" : "already-gone";
  return { name: context.name, outcome, providers: deleted };
}

function isOutcome(outcome: PromiseSettledResult<Released> | undefined, as: Released): boolean {
  return outcome?.status === "fulfilled" && outcome.value === as;
}
