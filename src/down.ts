import { limitsOf, reachable } from "./candidates.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import { inPhase } from "./phase.ts";
import type { ProviderName, Released } from "./providers/provider.ts";

export interface DownOptions extends CommonOptions {}

export interface DownResult {
  readonly name: string;
  readonly outcome: Released;
  /** Where it was deleted; several when an earlier fallback had split the run. */
  readonly providers: readonly ProviderName[];
}

/**
 * Removes this run's database, wherever it is. Twice is the same as once: one that is gone already is no failure.
 * Throws `NOT_OURS` or `PROTECTED` and deletes nothing when the name belongs to something without our tag.
 */
export async function down(options: DownOptions = {}): Promise<DownResult> {
  return downIn(await prepare(options));
}

/** `down` in a context that is prepared already. */
export async function downIn(context: Context): Promise<DownResult> {
  return inPhase(
    context.report,
    "down",
    "teardown",
    () => release(context),
    ({ outcome }) => `database ${outcome}`,
  );
}

async function release(context: Context): Promise<DownResult> {
  const deleted: ProviderName[] = [];
  for (const provider of await reachable(context)) {
    if ((await provider.release(context.name, limitsOf(context))) === "deleted") deleted.push(provider.name);
  }
  return { name: context.name, outcome: deleted.length === 0 ? "already-gone" : "deleted", providers: deleted };
}
