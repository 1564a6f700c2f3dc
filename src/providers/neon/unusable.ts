import { isOffshootError, messageOf } from "../../errors.ts";
import { factsOf } from "./api-errors.ts";
import { downCommand, findByName } from "./branches.ts";
import { capacityCodeOf } from "./compute-errors.ts";
import type { Setup } from "./options.ts";
import type { Branch, CallContext } from "./types.ts";
import { formatUtc } from "../../moment.ts";

/** The time limit for deleting a branch that could not be used, in milliseconds. */
const DELETE_MS = 15_000;

/**
 * Deletes a branch that this call created, after an error that other jobs would meet too, and returns whether it was deleted.
 * After a timeout other jobs may still use it, so it is kept, and a warning names it. The same applies when a limit keeps this
 * job from its compute, but the compute runs: then another job has started it.
 */
export async function removeUnusable(
  { api, dependencies }: Setup,
  { id, name, expiresAt, tag }: Branch,
  thrown: unknown,
  { emit }: CallContext,
): Promise<boolean> {
  const code = isOffshootError(thrown) ? thrown.code : undefined;
  const expiry = expiresAt === undefined ? "has no expiry" : `expires at ${formatUtc(expiresAt)}`;
  const keep = (reason = ""): false => {
    const text = `The branch ${name} was created and ${expiry}.${reason} ${downCommand(tag?.run)} deletes it now.`;
    emit({ kind: "warning", text });
    return false;
  };
  if (code !== "USAGE" && code !== "PROVIDER_REJECTED") return keep();
  const context = { deadline: dependencies.deadline(`deleting the branch ${name}`, DELETE_MS), emit };
  try {
    const isLimit = capacityCodeOf(thrown) !== undefined;
    if (isLimit && (await api.endpoints(context)).some((endpoint) => endpoint.branchId === id && endpoint.isActive))
      return keep(" Its compute runs, so that another job may use it.");
    await api.deleteBranch(id, context, async () => {});
    emit({ kind: "note", text: `The branch ${name} was deleted again, because it could not be used.` });
    return true;
  } catch (failure) {
    return keep(` It could not be deleted (${messageOf(failure)}).`);
  }
}

/** Whether an adopted branch does not exist any more, after a failure to connect to it. */
export async function wasDeleted({ api }: Setup, { id, name }: Branch, thrown: unknown, context: CallContext): Promise<boolean> {
  const isConnection = isOffshootError(thrown) && (thrown.code === "CONNECTION_FAILED" || capacityCodeOf(thrown) !== undefined);
  if (!isConnection) return false;
  try {
    const found = await findByName(api, name, context);
    return found === undefined || found.id !== id || found.isBeingDeleted;
  } catch (failure) {
    // The caller then reports the failure to connect, which the user needs more than this one.
    if (factsOf(failure) === undefined) throw failure;
    return false;
  }
}
