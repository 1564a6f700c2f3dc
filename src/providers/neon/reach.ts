import type { Reached, Refusal, Wanted, Where } from "../provider.ts";
import { accessOfExisting } from "./access.ts";
import type { Bounds } from "./bounds.ts";
import type { Branch } from "./branch.ts";
import { factsOf, isMissing } from "./failure.ts";
import { handOut } from "./handout.ts";
import { requireBranch } from "./parent.ts";
import { place, type Site } from "./place.ts";
import { waitUntilReady } from "./ready.ts";

/** `Provider.reach` over Neon: over the branch's own compute where it has one, else over a short-lived branch of our own. */
export async function reach(
  site: Site,
  where: Where,
  copy: Wanted,
  bounds: Bounds,
  dispose: () => Promise<unknown>,
): Promise<Reached | Refusal> {
  const { parent, parentAt } = site.choices;
  const branch = await requireBranch(site.api, where.branch ?? parent, bounds);
  const at = where.at ?? (where.branch === undefined ? parentAt : undefined);
  const description = `Neon branch ${branch.name}${at === undefined ? "" : ` at ${at}`}`;
  const present = at === undefined ? await reachPresent(site, branch, bounds) : undefined;
  if (present !== undefined) return { kind: "reached", url: present, description, async [Symbol.asyncDispose]() {} };
  return reachCopy(site, { branch, at, description }, copy, bounds, dispose);
}

/** The branch itself; undefined where it has no compute, which only its owner should give it. */
async function reachPresent({ api, choices, world }: Site, { id }: Branch, bounds: Bounds): Promise<Reached["url"] | undefined> {
  try {
    const { directUrl } = await accessOfExisting(api, id, choices, bounds);
    await waitUntilReady(api, { url: directUrl, operations: [], isFresh: false }, bounds, world);
    return directUrl;
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isMissing(facts)) throw thrown;
    // A role or a database that isn't there is missing too.
    if ((await api.endpoints(bounds)).some((endpoint) => endpoint.branchId === id && endpoint.isReadWrite)) throw thrown;
    return undefined;
  }
}

async function reachCopy(
  site: Site,
  { branch, at, description }: { readonly branch: Branch; readonly at: string | undefined; readonly description: string },
  copy: Wanted,
  bounds: Bounds,
  dispose: () => Promise<unknown>,
): Promise<Reached | Refusal> {
  const choices = { ...site.choices, parent: branch.id, parentAt: at, schemaOnly: false, anonymized: false };
  // Only the configured parent is known to be kept when room is made, and this may be another branch.
  const copying = { ...site, choices, base: false, maySweep: false };
  for (;;) {
    const placed = await place(copying, copy, bounds);
    if ("kind" in placed) return placed;
    const database = await handOut(copying, placed, bounds, dispose);
    if (database !== undefined) {
      return { kind: "reached", url: database.directUrl, description, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
    }
    bounds.within.check();
  }
}
