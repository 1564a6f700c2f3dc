import { providerElsewhere, providerLimits, providersOfRun } from "../context/providers.ts";
import { usableProviders } from "../context/usable-providers.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { forgetBranch } from "../context/branch-record.ts";
import { inPhase } from "../context/phase.ts";
import { forgetPlace } from "../context/place.ts";
import { requireOwner } from "../context/owner.ts";
import { isOffshootError, OffshootError } from "../errors.ts";
import { shellCommand } from "../shell-command.ts";
import type { Limits, Provider, ProviderName, Released, ReleaseOptions } from "../providers/provider.ts";

export interface DownOptions extends CommonOptions {
  /** The owner of the database, such as `ada-5be1c2d0`. Needed to delete the database of another person. */
  readonly force?: string | undefined;
}

export interface DownResult {
  readonly name: string;
  readonly outcome: Released;
  /** Where the database was deleted. Several providers when an earlier fallback had split the run. */
  readonly providers: readonly ProviderName[];
}

/**
 * Deletes this run's database on every provider that has it. A second call has no effect: a database that does not
 * exist is not a failure. Throws `NOT_OURS` or `PROTECTED`, and deletes nothing, when the name belongs to something
 * without our owner tag, or to another person and `force` does not name that person. Throws `PROVIDER_OUTAGE` when a provider cannot be reached and nothing was deleted.
 */
export async function down(options: DownOptions = {}): Promise<DownResult> {
  const context = await prepare(options);
  return removeRunDatabase(context, { snapshots: true, check: (tag) => requireOwner(context, tag, options.force) });
}

/** Deletes the run's database. With `only`, the database is kept when its tag has another lifetime by now. Throws what `down` throws. */
export async function removeRunDatabase(
  context: Context,
  only: Pick<ReleaseOptions, "only" | "check" | "snapshots"> = {},
): Promise<DownResult> {
  return inPhase(
    context.emit,
    "down",
    "teardown",
    () => release(context, only),
    ({ outcome }) => {
      const fact = { deleted: "nothing left", "not-found": "there was no database", kept: "kept: it is in use" }[outcome];
      return { text: outcome === "not-found" ? "database not found" : `database ${outcome}`, facts: [fact] };
    },
  );
}

/** Deletes the database after its last use. Returns false when `offshoot up` claimed the database meanwhile: it is kept. */
export async function removeAfterLastUse(context: Context): Promise<boolean> {
  return (await removeRunDatabase(context, { only: "last-run" })).outcome !== "kept";
}

/** Milliseconds for the providers that do not have the run's database as far as this machine knows. Another machine may have used them. */
const OTHERS_MS = 10_000;

/**
 * Deletes on all providers at once, since the run may have fallen back from one to another. An outage of one provider is
 * an error only when nothing was deleted: the database may then still exist there.
 */
async function release(context: Context, only: ReleaseOptions): Promise<DownResult> {
  const remembered = (await providerElsewhere(context))?.provider;
  const providers = await usableProviders(context, await providersOfRun(context));
  // Where the database is known to be elsewhere, an outage must not delay the end of the run for minutes.
  const limitsOf = ({ name }: Provider): Limits => {
    const limits = providerLimits(context);
    return remembered === undefined || remembered.name === name ? limits : { ...limits, withinMs: Math.min(limits.withinMs, OTHERS_MS) };
  };
  const outcomes = await Promise.allSettled(providers.map((provider) => provider.release(context.name, limitsOf(provider), only)));
  const withOutcome = (wanted: Released): readonly ProviderName[] =>
    providers.filter((_, index) => isOutcome(outcomes[index], wanted)).map(({ name }) => name);
  const [deleted, kept] = [withOutcome("deleted"), withOutcome("kept")];
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    const thrown: unknown = outcome.reason;
    if (!isOffshootError(thrown) || thrown.code !== "PROVIDER_OUTAGE") throw thrown;
    if (deleted.length + kept.length === 0) throw mayRemain(context, thrown);
    context.emit({ kind: "warning", text: thrown.message });
  }
  if (kept.length === 0) await Promise.all([forgetPlace(context), forgetBranch(context)]);
  const outcome = kept.length > 0 ? "kept" : deleted.length > 0 ? "deleted" : "not-found";
  return { name: context.name, outcome, providers: deleted };
}

/** The provider's error does not name what the user wanted to delete. */
function mayRemain({ name, run }: Context, outage: OffshootError): OffshootError {
  return new OffshootError("PROVIDER_OUTAGE", outage.message, {
    meaning: `The database ${name} may still exist. If it does, \`offshoot sweep --yes\` deletes it after its expiry.`,
    remedy: `Delete it when the provider answers again: ${shellCommand(["offshoot", "down", "--run", run.key])}`,
    facts: { ...outage.facts, name, run: run.key },
    cause: outage,
  });
}

function isOutcome(outcome: PromiseSettledResult<Released> | undefined, wanted: Released): boolean {
  return outcome?.status === "fulfilled" && outcome.value === wanted;
}
