import { OffshootError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { baseName } from "../../identity/name.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { type Branch, isReadyBase } from "./branch.ts";
import { look } from "./look.ts";

/** How many names an error lists. */
const NAMED = 5;

/** Neon's CLI takes this form for an id and everything else for a name (`utils/formats`). */
export function isBranchId(text: string): boolean {
  return /^br-[a-z0-9]+-[a-z0-9]+-[a-z0-9]+$/.test(text);
}

/** Id of the branch to start from; undefined for the project's default branch. Asks Neon only for a name. */
export async function parentId(api: NeonApi, parent: string | undefined, bounds: Bounds): Promise<string | undefined> {
  if (parent === undefined || isBranchId(parent)) return parent;
  const found = await look(api, parent, bounds);
  if (found !== undefined && !found.isGoing) return found.id;
  throw await unknownParent(api, parent, bounds);
}

/** The branch of that name or id, or the project's default one. Throws `PROVIDER_REJECTED` with the names that are there. */
export async function requireBranch(api: NeonApi, named: string | undefined, bounds: Bounds): Promise<Branch> {
  const isMeant = ({ id, name, isDefault }: Branch): boolean => (named === undefined ? isDefault : named === name || named === id);
  const found = (await api.branches(named, bounds)).filter((branch) => isMeant(branch) && !branch.isGoing);
  const branch = found.find(({ id }) => id === named) ?? found[0];
  if (branch !== undefined) return branch;
  throw await unknownBranch(api, named, bounds);
}

async function unknownBranch(api: NeonApi, named: string | undefined, bounds: Bounds): Promise<OffshootError> {
  const names = await branchNames(api, bounds);
  const meant = named === undefined ? undefined : nearest(named, names);
  const said = `The Neon project has no ${named === undefined ? "default branch" : `branch ${named}`}`;
  return new OffshootError("PROVIDER_REJECTED", `${said}${meant === undefined ? "." : `; did you mean ${meant}?`}`, {
    meaning: `It has ${listed(likeFirst(names, named ?? ""))}.`,
    remedy: "Name one of them.",
    facts: { branch: named },
  });
}

/** The base of a fingerprint, once it is migrated: its name is given last. */
export async function readyBase(api: NeonApi, fingerprint: string, bounds: Bounds): Promise<Branch | undefined> {
  const found = await look(api, baseName(fingerprint), bounds);
  return found !== undefined && isReadyBase(found) && found.tag?.fingerprint === fingerprint ? found : undefined;
}

/** The error for a parent that isn't there, with the names that are. */
export async function unknownParent(api: NeonApi, parent: string, bounds: Bounds): Promise<OffshootError> {
  const names = await branchNames(api, bounds);
  return new OffshootError("PROVIDER_REJECTED", `The Neon project has no branch ${parent} to start from.`, {
    meaning: `It has ${listed(likeFirst(names, parent))}.`,
    remedy: "Set neon.parent to one of them, or leave it out for the project's default branch.",
    facts: { parent },
  });
}

/** The error for a project that isn't there or that the key may not see, with those that it sees. */
export async function unknownProject(api: NeonApi, project: string, bounds: Bounds, cause: OffshootError): Promise<OffshootError> {
  const seen = await api.projects(bounds).catch(() => []);
  const names = likeFirst(
    seen.map(({ id, name }) => `${id} (${name})`),
    project,
  );
  return new OffshootError("PROVIDER_REJECTED", `There is no Neon project ${project}, or the key may not see it.`, {
    meaning: names.length === 0 ? cause.message : `The key sees ${listed(names)}.`,
    remedy: "Check NEON_PROJECT_ID (or neon.project) and the account of NEON_API_KEY.",
    facts: { ...cause.facts, project },
  });
}

async function branchNames(api: NeonApi, bounds: Bounds): Promise<readonly string[]> {
  return (await api.branches(undefined, bounds)).filter(({ isGoing }) => !isGoing).map(({ name }) => name);
}

/** Names that share a start with the wanted one come first; a typo is mostly near the end. */
function likeFirst(names: readonly string[], wanted: string): readonly string[] {
  return names.toSorted((left, right) => sharedStart(right, wanted) - sharedStart(left, wanted));
}

function sharedStart(name: string, wanted: string): number {
  let length = 0;
  while (length < name.length && name[length] === wanted[length]) length += 1;
  return length;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
