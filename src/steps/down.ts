import { isOffshootError } from "../errors.ts";
import type { ProviderName, Released } from "../providers/provider.ts";
import { limitsOf, reachable } from "./candidates.ts";
import type { Context } from "./context.ts";
import { inPhase } from "./phase.ts";

export interface DownResult {
  readonly name: string;
  readonly outcome: Released;
  /** Where it was deleted; several when an earlier fallback had split the run. */
  readonly providers: readonly ProviderName[];
}

/** Removes the run's database. Throws what `down` throws. */
export async function downIn(context: Context): Promise<DownResult> {
  return inPhase(
    context.report,
    "down",
    "teardown",
    () => release(context),
    ({ outcome }) => `database ${outcome}`,
  );
}

/**
 * Everywhere at once. One provider that is out of reach keeps no other from being cleared: the run may have fallen
 * back from it. It is a failure only where nothing was deleted, since the database may then be there.
 */
async function release(context: Context): Promise<DownResult> {
  const providers = await reachable(context);
  const outcomes = await Promise.allSettled(providers.map((provider) => provider.release(context.name, limitsOf(context))));
  const deleted = providers.filter((_, index) => isDeleted(outcomes[index])).map(({ name }) => name);
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    const thrown: unknown = outcome.reason;
    if (deleted.length === 0 || !isOffshootError(thrown) || thrown.code !== "PROVIDER_OUTAGE") throw thrown;
    context.report({ kind: "warning", text: thrown.message });
  }
  return { name: context.name, outcome: deleted.length === 0 ? "already-gone" : "deleted", providers: deleted };
}

function isDeleted(outcome: PromiseSettledResult<Released> | undefined): boolean {
  return outcome?.status === "fulfilled" && outcome.value === "deleted";
}
