import { providerElsewhere, providerLimits, providersOfRun } from "../context/providers.ts";
import { usableProviders } from "../context/usable-providers.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { forgetBranch } from "../context/branch-record.ts";
import { inPhase } from "../context/phase.ts";
import { forgetPlace } from "../context/place.ts";
import { isForced, ownerIn, requireOwner } from "../context/owner.ts";
import { deadline, jitter } from "../deadline.ts";
import { isOffshootError, messageOf, OffshootError } from "../errors.ts";
import type { OwnerTag } from "../identity/owner-tag.ts";
import { ownCommand } from "../shell-command.ts";
import type { Holding } from "../providers/hold.ts";
import type { Limits, Provider, ProviderName, Released, ReleaseOptions } from "../providers/provider.ts";
import { holdForDeletion, isUsed } from "../usage/deletion.ts";
import { SILENT_MS } from "../usage/users.ts";

export interface DownOptions extends CommonOptions {
  /**
   * `true`: also delete the database while processes of offshoot use or migrate it, which lose it. The owner of the database, such as
   * `ada-5be1c2d0`: the same, and also if it belongs to that person. Default false.
   */
  readonly force?: boolean | string | undefined;
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
 * without our owner tag, or to another person and `force` does not name that person. Throws `PROTECTED` also while another process
 * holds a usage lock or migrates the database or a clone of it, unless `force` is set; in a CI it waits for their end first. Throws
 * `PROVIDER_OUTAGE` when a provider cannot be reached and nothing was deleted.
 */
export async function down(options: DownOptions = {}): Promise<DownResult> {
  return inContext(options, (context) => {
    const { name, run, signal } = context;
    const forced = ownCommand(["down", "--run", run.key, "--force"]);
    const check = (tag: OwnerTag): void => requireOwner(context, tag, ownerIn(options));
    const hold = isForced(options) ? undefined : holdForDeletion({ name, forced, signal });
    return removeRunDatabase(context, { snapshots: true, check, hold });
  });
}

/** Jobs of a CI end at the same time, and the server notices late that a machine was switched off. */
const UNUSED_MS = SILENT_MS + 5000;
const UNUSED_POLL_MS = 1000;

/** Tries to delete the database until nobody uses it. Throws the last refusal. */
async function whenUnused(context: Context, remove: () => Promise<DownResult>): Promise<DownResult> {
  const within = deadline("deleting the run's database", UNUSED_MS + context.settings.timeouts.acquireMs, context.signal);
  const end = performance.now() + UNUSED_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await remove();
    } catch (thrown) {
      if (!isUsed(thrown) || performance.now() >= end) throw thrown;
      if (attempt === 1)
        context.emit({ kind: "note", text: `${messageOf(thrown)} Waiting for its end, for ${UNUSED_MS / 1000} s at most.` });
    }
    await within.pause(jitter(UNUSED_POLL_MS));
  }
}

/** Deletes the run's database. With `only`, the database is kept when its tag has another lifetime by now. Throws what `down` throws. */
export async function removeRunDatabase(
  context: Context,
  only: Pick<ReleaseOptions, "only" | "check" | "hold" | "snapshots"> = {},
): Promise<DownResult> {
  return inPhase(
    context.emit,
    "down",
    "teardown",
    () =>
      context.ci.isCi && only.hold !== undefined && only.only === undefined
        ? whenUnused(context, () => release(context, only))
        : release(context, only),
    ({ outcome }) => {
      const fact = { deleted: "nothing left", "not-found": "there was no database", kept: "kept: it is in use" }[outcome];
      return { text: outcome === "not-found" ? "database not found" : `database ${outcome}`, facts: [fact] };
    },
  );
}

/**
 * Deletes the database after its last use. Returns false when `offshoot up` claimed the database meanwhile: it is kept. With `hold`,
 * it throws as `down` does while somebody uses the database.
 */
export async function removeAfterLastUse(context: Context, hold?: Holding): Promise<boolean> {
  return (await removeRunDatabase(context, { only: "last-run", hold })).outcome !== "kept";
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
    remedy: `Delete it when the provider answers again: ${ownCommand(["down", "--run", run.key])}`,
    facts: { ...outage.facts, name, run: run.key },
    cause: outage,
  });
}

function isOutcome(outcome: PromiseSettledResult<Released> | undefined, wanted: Released): boolean {
  return outcome?.status === "fulfilled" && outcome.value === wanted;
}
