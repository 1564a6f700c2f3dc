import { MAX_TTL_MS } from "../../identity/expiry.ts";
import { BASE_PREFIX, baseName, branchName } from "../../identity/name.ts";
import { NAME_PREFIX, type OwnerTag, tagFromRecord } from "../../identity/owner-tag.ts";
import { ownCommand } from "../../shell-command.ts";
import { isNameOf, withoutSuffix } from "./held-name.ts";
import type { BranchReply } from "./replies.ts";
import { restoredTag } from "./restored.ts";
import type { Branch, CallContext, NeonApi } from "./types.ts";

export function toBranch(reply: BranchReply, annotation: unknown): Branch {
  return {
    id: reply.id,
    name: reply.name,
    parentId: reply.parent_id === "" ? undefined : reply.parent_id,
    state: reply.current_state,
    // An archived branch answers as soon as it is used. Other states that Neon adds are final ones.
    isChanging: (reply.pending_state ?? "") !== "" || /^(init|resetting)$/.test(reply.current_state),
    // Neon has sent `storage_deleted`; it may send other states.
    isBeingDeleted: /delet/i.test(`${reply.pending_state ?? ""} ${reply.current_state}`) || reply.recovery !== undefined,
    isDeleted: reply.recovery !== undefined,
    isDefault: reply.default,
    isProtected: reply.protected,
    createdAt: new Date(reply.created_at),
    createdBy: reply.created_by?.name ?? reply.creation_source,
    expiresAt: reply.expires_at === undefined ? undefined : new Date(reply.expires_at),
    sizeBytes: reply.logical_size,
    lastResetAt: reply.last_reset_at === undefined ? undefined : new Date(reply.last_reset_at),
    restrictedActions: (reply.restricted_actions ?? []).map((action) => action.name),
    tag: ownTag(reply.name, tagFromRecord(annotation)) ?? restoredTag(reply),
    integration: integrationOf(reply.creation_source, annotation),
  };
}

/** Integrations that delete their branches themselves. Neon's for Vercel writes annotations such as `vercel-commit-ref` (specification). */
function integrationOf(source: string | undefined, annotation: unknown): string | undefined {
  const keys = typeof annotation === "object" && annotation !== null ? Object.keys(annotation) : [];
  if (keys.some((key) => key.startsWith("vercel"))) return "Vercel";
  return source !== undefined && /vercel|integration|heroku|replit/i.test(source) ? source : undefined;
}

/** The tag, if it was written for a branch of that name. */
function ownTag(name: string, tag: OwnerTag | undefined): OwnerTag | undefined {
  if (tag === undefined) return undefined;
  if (tag.kind === "run")
    return withoutSuffix(name) === branchName({ ...ANY_RUN, repository: tag.repository, key: tag.run }) ? tag : undefined;
  const base = baseName(tag.fingerprint ?? "");
  return name === base || name.startsWith(`${base}/`) ? tag : undefined;
}

/** The fields of a run that its branch name does not depend on. */
const ANY_RUN = { ref: undefined, pullRequest: undefined, invocation: undefined, attempt: 1, shard: undefined, source: "tag" };

/**
 * The branch with exactly this name, or with the suffix for a held name; Neon's own search also matches parts. If there are
 * several, it is the oldest, so that all jobs of a run use the same one. A branch that is being deleted is returned only if there is no other. A branch that was created moments ago may be missing: Neon's own test harness allows 30 s for that.
 */
export async function findByName(api: NeonApi, name: string, context: CallContext): Promise<Branch | undefined> {
  return pickByName(await api.branches(name, context), name);
}

/** The same from a list that was read. */
export function pickByName(branches: readonly Branch[], name: string): Branch | undefined {
  const all = branches.filter((branch) => isNameOf(branch.name, name));
  const found = all.toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  return found.find((branch) => !branch.isBeingDeleted) ?? found[0];
}

/** Name of a base while it is migrated. It gets its final name when it is ready. */
export function buildingName(base: string): string {
  return `${base}/building`;
}

/** Name of a base with failed migrations: it frees the final name for the next base, and waiting jobs can still read the error. */
export function failedName(base: string, id: string): string {
  return `${base}/failed/${id}`;
}

/** Whether two tags belong to the same run, or to the base of the same fingerprint. */
export function isSibling(tag: OwnerTag, wanted: OwnerTag): boolean {
  if (tag.kind !== wanted.kind) return false;
  return tag.kind === "base" ? tag.fingerprint === wanted.fingerprint : tag.run === wanted.run && tag.repository === wanted.repository;
}

/** The command that deletes the branch of a run, for messages. In another folder or with other settings, the run has another name. */
export function downCommand(run: string | undefined): string {
  return `\`${ownCommand(["down", ...(run === undefined ? [] : ["--run", run])])}\``;
}

export function isUnderPrefix({ name }: Pick<Branch, "name">): boolean {
  return name.startsWith(NAME_PREFIX);
}

export function isFailedBase({ id, name, tag }: Branch): boolean {
  return tag?.kind === "base" && name === failedName(baseName(tag.fingerprint ?? ""), id);
}

export function isReadyBase({ name, tag, isBeingDeleted }: Branch): boolean {
  return tag?.kind === "base" && !isBeingDeleted && name.startsWith(BASE_PREFIX) && name === baseName(tag.fingerprint ?? "");
}

/** Our clock may be ahead of Neon's, and Neon refuses an expiry more than 30 days after its own time. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** The expiry, moved back if Neon would refuse it as too late. */
export function limitExpiry(expiresAt: Date, now: Date): Date {
  return new Date(Math.min(expiresAt.getTime(), now.getTime() + MAX_TTL_MS - CLOCK_SKEW_MS));
}

/** RFC 3339 in whole seconds: Neon keeps no fractions. */
export function toNeonTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
