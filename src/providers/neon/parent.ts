import { OffshootError } from "../../errors.ts";
import { baseName } from "../../identity/name.ts";
import { nearest } from "../../nearest.ts";
import { findByName, isReadyBase, isUnderPrefix } from "./branches.ts";
import type { Branch, CallContext, NeonApi } from "./types.ts";

const PARENT_REMEDY = "Set neon.parent (OFFSHOOT_NEON_PARENT) to one of its branches, or remove the setting to use the default branch.";

/** How many names an error lists. */
const MOST_NAMES = 5;

/** Neon's CLI treats text in this form as an id, and all other text as a name (`utils/formats`). */
export function isBranchId(text: string): boolean {
  return /^br-[a-z0-9]+-[a-z0-9]+-[a-z0-9]+$/.test(text);
}

/** Id of the branch to start from; undefined for the project's default branch. Only a name needs a call. */
export async function parentId(api: NeonApi, parent: string | undefined, context: CallContext): Promise<string | undefined> {
  if (parent === undefined || isBranchId(parent)) return parent;
  const found = await findByName(api, parent, context);
  if (found !== undefined && !found.isBeingDeleted) return found.id;
  throw await unknownParent(api, parent, context);
}

/** The branch with that name or id, or the configured parent, or the project's default branch. Throws `PROVIDER_REJECTED` with the names that exist. */
export async function requireBranch(
  api: NeonApi,
  named: string | undefined,
  parent: string | undefined,
  context: CallContext,
): Promise<Branch> {
  const wanted = named ?? parent;
  const isWanted = ({ id, name, isDefault }: Branch): boolean => (wanted === undefined ? isDefault : wanted === name || wanted === id);
  const found = (await api.branches(wanted, context)).filter((branch) => isWanted(branch) && !branch.isBeingDeleted);
  const branch = found.find(({ id }) => id === wanted) ?? found[0];
  if (branch !== undefined) return branch;
  throw await unknownBranch(api, wanted, named === undefined ? PARENT_REMEDY : "Use the name or the id of one of its branches.", context);
}

async function unknownBranch(api: NeonApi, named: string | undefined, remedy: string, context: CallContext): Promise<OffshootError> {
  const names = await branchNames(api, context);
  const similar = named === undefined ? undefined : nearest(named, names);
  const missing = named === undefined ? "default branch" : `branch ${named}`;
  const question = similar === undefined ? "" : ` Did you mean ${similar}?`;
  return new OffshootError("PROVIDER_REJECTED", `The Neon project has no ${missing}.${question}`, {
    meaning: `Its branches: ${listed(similarFirst(names, named ?? ""))}.`,
    remedy,
    facts: { branch: named },
  });
}

/** The base of a fingerprint if it is migrated: it gets its final name last. */
export async function readyBase(api: NeonApi, fingerprint: string, context: CallContext): Promise<Branch | undefined> {
  const found = await findByName(api, baseName(fingerprint), context);
  return found !== undefined && isReadyBase(found) && found.tag?.fingerprint === fingerprint ? found : undefined;
}

/** The error for a parent that does not exist, with the names of the branches that exist. */
export async function unknownParent(api: NeonApi, parent: string, context: CallContext): Promise<OffshootError> {
  const names = await branchNames(api, context);
  return new OffshootError("PROVIDER_REJECTED", `The Neon project has no branch ${parent} to start from.`, {
    meaning: `Its branches: ${listed(similarFirst(names, parent))}.`,
    remedy: PARENT_REMEDY,
    facts: { parent },
  });
}

async function branchNames(api: NeonApi, context: CallContext): Promise<readonly string[]> {
  const branches = (await api.branches(undefined, context)).filter(({ isBeingDeleted }) => !isBeingDeleted);
  // A run's branch expires, so that no other branch can start from it.
  const others = branches.filter((branch) => !isUnderPrefix(branch));
  return (others.length === 0 ? branches : others).map(({ name }) => name);
}

/** Names that share a start with the wanted name come first, because most typing errors are near the end. */
export function similarFirst(names: readonly string[], wanted: string): readonly string[] {
  return names.toSorted((left, right) => sharedStart(right, wanted) - sharedStart(left, wanted));
}

function sharedStart(name: string, wanted: string): number {
  let length = 0;
  while (length < name.length && name[length] === wanted[length]) length += 1;
  return length;
}

export function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The first of several bases that is ready. Each one costs a call. */
export async function firstReadyBase(api: NeonApi, fingerprints: readonly string[], context: CallContext): Promise<Branch | undefined> {
  for (const fingerprint of fingerprints) {
    const found = await readyBase(api, fingerprint, context);
    if (found !== undefined) return found;
  }
  return undefined;
}
