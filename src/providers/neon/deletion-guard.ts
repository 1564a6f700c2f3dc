import { type Branch, isUnderPrefix } from "./branch.ts";

/** Why a branch may never be deleted, whatever its age and tag; `parent` is the configured one, by name or id. */
export function guardOf(branch: Branch, all: readonly Branch[], parent: string | undefined): string | undefined {
  if (branch.isDefault) return "it is the project's default branch";
  if (branch.isProtected) return "it is protected";
  if (parent !== undefined && (branch.name === parent || branch.id === parent)) return "it is the parent of new branches";
  const child = all.find((other) => other.parentId === branch.id && !other.isGoing && !isUnderPrefix(other));
  return child === undefined ? undefined : `${child.name} was branched from it`;
}
