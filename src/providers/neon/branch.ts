import { BASE_PREFIX, baseName, branchName } from "../../identity/name.ts";
import { NAME_PREFIX, type OwnerTag, tagFromRecord } from "../../identity/owner-tag.ts";

/** A branch, as far as we look; Neon adds fields and states at any time. */
export interface Branch {
  readonly id: string;
  readonly name: string;
  /** Undefined for a root. */
  readonly parentId: string | undefined;
  readonly state: string;
  /** Being deleted: it answers no more, but may hold its name for a while. */
  readonly isGoing: boolean;
  readonly isDefault: boolean;
  readonly isProtected: boolean;
  readonly createdAt: Date;
  readonly createdBy: string | undefined;
  readonly expiresAt: Date | undefined;
  readonly sizeBytes: number | undefined;
  /** Only what was made for this very name counts: a child may inherit its parent's annotation. */
  readonly tag: OwnerTag | undefined;
}

/** The part of Neon's `Branch` that we read (specification, schema Branch). */
export interface WireBranch {
  readonly id: string;
  readonly name: string;
  readonly parent_id?: string;
  readonly current_state: string;
  readonly pending_state?: string;
  readonly default: boolean;
  readonly protected: boolean;
  readonly created_at: string;
  readonly created_by?: { readonly name?: string };
  readonly creation_source?: string;
  readonly expires_at?: string;
  readonly logical_size?: number;
}

export function toBranch(wire: WireBranch, annotation: unknown): Branch {
  return {
    id: wire.id,
    name: wire.name,
    parentId: wire.parent_id === "" ? undefined : wire.parent_id,
    state: wire.current_state,
    // `storage_deleted` was seen on the wire; the set of states is open.
    isGoing: /delet/i.test(`${wire.pending_state ?? ""} ${wire.current_state}`),
    isDefault: wire.default,
    isProtected: wire.protected,
    createdAt: new Date(wire.created_at),
    createdBy: wire.created_by?.name ?? wire.creation_source,
    expiresAt: wire.expires_at === undefined || wire.expires_at === null ? undefined : new Date(wire.expires_at),
    sizeBytes: wire.logical_size,
    tag: ownTag(wire.name, tagFromRecord(annotation)),
  };
}

/** Where a base is built, before its name says that it is ready. */
export function buildingName(base: string): string {
  return `${base}/building`;
}

/** Where a base goes whose migration failed: out of the way of the next one, with all who still read why. */
export function failedName(base: string, id: string): string {
  return `${base}/failed/${id}`;
}

/** The tag, if it was written for a branch of that name. */
function ownTag(name: string, tag: OwnerTag | undefined): OwnerTag | undefined {
  if (tag === undefined) return undefined;
  if (tag.kind === "run") return name === branchName({ ...NOBODY, repository: tag.repository, key: tag.run }) ? tag : undefined;
  const base = baseName(tag.fingerprint ?? "");
  return name === base || name.startsWith(`${base}/`) ? tag : undefined;
}

const NOBODY = { ref: undefined, pullRequest: undefined, invocation: undefined, attempt: 1, shard: undefined, source: "tag" };

/** Whether a tag says that two asked for the same thing: one run's database, or one fingerprint's base. */
export function isSibling(tag: OwnerTag, wanted: OwnerTag): boolean {
  if (tag.kind !== wanted.kind) return false;
  return tag.kind === "base" ? tag.fingerprint === wanted.fingerprint : tag.run === wanted.run && tag.repository === wanted.repository;
}

export function isUnderPrefix({ name }: Branch): boolean {
  return name.startsWith(NAME_PREFIX);
}

export function isFailedBase({ id, name, tag }: Branch): boolean {
  return tag?.kind === "base" && name === failedName(baseName(tag.fingerprint ?? ""), id);
}

export function isReadyBase({ name, tag, isGoing }: Branch): boolean {
  return tag?.kind === "base" && !isGoing && name.startsWith(BASE_PREFIX) && name === baseName(tag.fingerprint ?? "");
}
