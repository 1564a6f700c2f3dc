import { jitter } from "../../deadline.ts";
import { messageOf } from "../../errors.ts";
import { IDLE_MS, whyInUse } from "../in-use.ts";
import type { Hold } from "../hold.ts";
import type { Released, ReleaseOptions } from "../provider.ts";
import { factsOf, hasChildren } from "./api-errors.ts";
import { findByName, isUnderPrefix, pickByName } from "./branches.ts";
import { guarded, guardOf, requireDeletable, requireListedDeletable } from "./deletion-guard.ts";
import { removeSnapshotBranches } from "./restore.ts";
import type { Branch, CallContext, NeonApi } from "./types.ts";

/** The tag must have been read at most so long before the deletion. */
const FRESH_MS = 10_000;

export interface DeleteOptions extends Omit<ReleaseOptions, "hold"> {
  /** Keeps others from the branch while it is deleted. */
  readonly hold?: ((branch: Branch) => Promise<Hold | undefined>) | undefined;
  readonly api: NeonApi;
  /** The configured parent, by name or id: never deleted. */
  readonly parent: string | undefined;
  readonly random: () => number;
}

/**
 * Deletes the branch with that name after reading its tag. Returns when Neon has accepted the deletion. A branch that is
 * missing or is already being deleted counts as deleted. Throws `NOT_OURS`, or `PROTECTED` for a guarded branch and for
 * one with children.
 */
export async function deleteByName(options: DeleteOptions, name: string, context: CallContext): Promise<Released> {
  const { api, parent, seen, only, check } = options;
  const all = seen === undefined ? await api.branches(name, context) : [];
  const found = pickByName(all, name);
  if (seen === undefined && (found === undefined || found.isBeingDeleted)) {
    await removeSnapshotBranches(api, name, undefined, context, all);
    return "not-found";
  }
  const id = found === undefined ? requireListedDeletable(name, seen) : requireDeletable(found, parent);
  const tag = (found ?? seen)?.tag;
  if (tag !== undefined) check?.(tag);
  if (only !== undefined && tag?.lifetime !== only) return "kept";
  const held = found && (await options.hold?.(found));
  let isDeleted = false;
  try {
    const released = await deleteFound(options, { id, name, all }, context);
    isDeleted = true;
    return released;
  } finally {
    await held?.end(isDeleted);
  }
}

interface Found {
  readonly id: string;
  readonly name: string;
  readonly all: readonly Branch[];
}

async function deleteFound({ api, parent, random }: DeleteOptions, { id, name, all }: Found, context: CallContext): Promise<Released> {
  let readAt = context.deadline.leftMs();
  const before = async (): Promise<void> => {
    if (readAt - context.deadline.leftMs() < FRESH_MS) return;
    // The wait for the rate limit or for Neon was long, so the tag must be read again.
    const again = await findByName(api, name, context);
    if (again !== undefined && again.id === id) requireDeletable(again, parent);
    readAt = context.deadline.leftMs();
  };
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 1.6, 2000)) {
    try {
      const released = (await api.deleteBranch(id, context, before)) ?? "not-found";
      await removeSnapshotBranches(api, name, undefined, context, all);
      return released;
    } catch (thrown) {
      await requireRetryable(api, { id, name }, thrown, context);
    }
    await context.deadline.pause(jitter(pauseMs, random));
  }
}

/** Returns if the branch only has children that are being deleted themselves. Throws for every other failure. */
async function requireRetryable(
  api: NeonApi,
  { id, name }: Pick<Branch, "id" | "name">,
  thrown: unknown,
  context: CallContext,
): Promise<void> {
  const facts = factsOf(thrown);
  if (facts === undefined || facts.status === 404) throw thrown;
  if (hasChildren(facts)) {
    const child = (await api.branches(undefined, context)).find(({ parentId, isBeingDeleted }) => parentId === id && !isBeingDeleted);
    if (child === undefined) return;
    throw guarded(name, id, `${child.name} was branched from it`, `Delete the branch ${child.name} first.`);
  }
  if (facts.status >= 400 && facts.status < 423 && facts.status !== 401 && facts.status !== 403)
    throw guarded(name, id, facts.neonMessage, "Change or delete the branch in Neon.");
  throw thrown;
}

/** One new branch needs little room. `offshoot sweep` deletes the rest. */
const MOST_REMOVED = 10;

/** Deletes a few branches of offshoot that expired and are not in use, to make room in a full project. Returns how many. Emits an event for each. */
export async function removeExpired(api: NeonApi, parent: string | undefined, now: Date, context: CallContext): Promise<number> {
  const [all, endpoints] = await Promise.all([api.branches(undefined, context), api.endpoints(context)]);
  const activity = new Map(endpoints.map(({ branchId, lastActive }) => [branchId, lastActive]));
  const isUsed = ({ id }: Branch): boolean => whyInUse({ sessions: undefined, lastUsedAt: activity.get(id) }, now, IDLE_MS) !== undefined;
  const isFree = (branch: Branch): boolean => guardOf(branch, all, parent) === undefined && !hasChild(branch, all);
  const stale = all.filter((branch) => isExpired(branch, now) && isFree(branch) && !isUsed(branch));
  let removed = 0;
  for (const { id, name } of stale.slice(0, MOST_REMOVED)) {
    try {
      if ((await api.deleteBranch(id, context, async () => {})) === "deleted") removed += 1;
      context.emit({ kind: "note", text: `Deleted the expired branch ${name}, because the Neon project has reached its branch limit.` });
    } catch (thrown) {
      context.deadline.check();
      context.emit({ kind: "warning", text: `The expired branch ${name} could not be deleted: ${messageOf(thrown)}` });
    }
  }
  return removed;
}

function isExpired(branch: Branch, now: Date): boolean {
  const { tag, expiresAt } = branch;
  if (tag?.kind !== "run" || branch.isBeingDeleted || !isUnderPrefix(branch)) return false;
  const until = expiresAt ?? (tag.expires === undefined ? undefined : new Date(tag.expires));
  return until !== undefined && until <= now;
}

function hasChild({ id }: Branch, all: readonly Branch[]): boolean {
  return all.some(({ parentId }) => parentId === id);
}
