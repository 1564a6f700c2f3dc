import { OffshootError } from "../../errors.ts";
import type { Listed } from "../provider.ts";
import { isUnderPrefix } from "./branches.ts";
import type { Branch } from "./types.ts";

/**
 * Why a branch must never be deleted, whatever its age and its tag: it is the default branch, it is protected, it is the
 * configured parent (`parent`, by name or id), or a branch of another owner was created from it.
 */
export function guardOf(branch: Branch, all: readonly Branch[], parent: string | undefined): string | undefined {
  if (branch.isDefault) return "it is the project's default branch";
  if (branch.isProtected) return "it is protected";
  if (parent !== undefined && (branch.name === parent || branch.id === parent)) return "it is the parent of new branches";
  const child = all.find((other) => other.parentId === branch.id && !other.isBeingDeleted && !isUnderPrefix(other));
  return child === undefined ? undefined : `${child.name} was branched from it`;
}

/** What is refused, for messages. */
type Refused = "deleted" | "reset" | "restored" | "stored";

/**
 * The id of a branch that may be deleted, or reset: that deletes its data too. Throws `NOT_OURS` without our tag and prefix,
 * `PROTECTED` for a guarded branch.
 */
export function requireDeletable(branch: Branch, parent: string | undefined, refused: Refused = "deleted"): string {
  if (branch.tag === undefined || !isUnderPrefix(branch)) throw notOurs(branch.name, branch.id, refused);
  const guard = guardOf(branch, [], parent);
  const remedy = refused !== "deleted" ? "Its data stays as it is." : "If you want to delete it, delete it in Neon.";
  if (guard !== undefined) throw guarded(branch.name, branch.id, guard, remedy, refused);
  return branch.id;
}

/** The same for a branch that `list` returned a few seconds ago. */
export function requireListedDeletable(name: string, listed: Listed | undefined): string {
  const isOurs = listed?.name === name && listed.tag !== undefined && listed.kind !== "foreign";
  if (listed === undefined || !isOurs) throw notOurs(name, listed?.id ?? "unknown");
  if (listed.guarded !== undefined) throw guarded(name, listed.id, listed.guarded, "If you want to delete it, delete it in Neon.");
  return listed.id;
}

export function guarded(name: string, id: string, why: string, remedy: string | undefined, refused: Refused = "deleted"): OffshootError {
  return new OffshootError("PROTECTED", `The Neon branch ${name} (${id}) was not ${refused}: ${why}.`, { remedy, facts: { branch: id } });
}

function notOurs(name: string, id: string, refused: Refused = "deleted"): OffshootError {
  return new OffshootError("NOT_OURS", `The Neon branch ${name} (${id}) was not ${refused}: it has no owner tag of offshoot.`, {
    meaning: "It may belong to another person or tool.",
    remedy: refused !== "deleted" ? "Choose another run name with --run." : "If it is yours, delete it in Neon.",
    facts: { branch: id },
  });
}
