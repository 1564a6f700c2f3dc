import { isOffshootError, messageOf } from "../../errors.ts";
import type { Database } from "../provider.ts";
import { type Access, accessOfCreated, accessOfExisting } from "./access.ts";
import { waitUntilAnonymized } from "./anonymized.ts";
import type { Bounds } from "./bounds.ts";
import type { Branch } from "./branch.ts";
import { provideCompute } from "./compute.ts";
import { factsOf, isMissing } from "./failure.ts";
import { waitUntilReady } from "./ready.ts";
import type { Placed, Site } from "./site.ts";
import type { Operation } from "./wire.ts";

/** Logins of a branch may be refused while it is so young (see ready.ts). */
const FRESH_MS = 60_000;

/** How long the removal of a branch may take that turned out to be of no use. */
const REMOVE_MS = 15_000;

/**
 * The database behind a branch, once a query was answered; undefined where the branch went away meanwhile. A branch
 * that we made and that can't be used is removed again, or named.
 */
export async function handOut(site: Site, placed: Placed, bounds: Bounds, dispose: () => Promise<unknown>): Promise<Database | undefined> {
  const { branch, created, base } = placed;
  try {
    const reached = await reach(site, placed, bounds);
    if (reached === undefined) return undefined;
    const { api, choices, world } = site;
    if (choices.anonymized && base === undefined) await waitUntilAnonymized(api, branch.id, bounds, world.random);
    const isFresh = created !== undefined || Math.abs(world.now().getTime() - branch.createdAt.getTime()) < FRESH_MS;
    const { access, operations } = reached;
    const postgresMajor = await waitUntilReady(api, { url: access.directUrl, operations, isFresh }, bounds, world);
    return toDatabase(placed, access, postgresMajor, dispose);
  } catch (thrown) {
    if (created !== undefined && site.isShared) await undo(site, branch, thrown, bounds);
    throw thrown;
  }
}

async function reach(
  { api, choices }: Site,
  { branch, created }: Placed,
  bounds: Bounds,
): Promise<{ access: Access; operations: readonly Operation[] } | undefined> {
  if (created !== undefined) return { access: await accessOfCreated(api, created, choices, bounds), operations: created.operations };
  try {
    return { access: await accessOfExisting(api, branch.id, choices, bounds), operations: [] };
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isMissing(facts)) throw thrown;
  }
  try {
    // No such compute, or no such branch any more: one made a moment ago may also be unknown to some of Neon's servers.
    const operations = await provideCompute(api, branch.id, choices, bounds);
    return { access: await accessOfExisting(api, branch.id, choices, bounds), operations: operations ?? [] };
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isMissing(facts)) throw thrown;
    return undefined;
  }
}

/** What failed for good is of no use to siblings either; after a wait that was too short they may still be served. */
async function undo({ api, world }: Site, { id, name, expiresAt }: Branch, thrown: unknown, { emit }: Bounds): Promise<void> {
  const code = isOffshootError(thrown) ? thrown.code : undefined;
  const until = expiresAt === undefined ? "until it is removed" : `until ${expiresAt.toISOString()}`;
  const stays = `The branch ${name} was created and stays ${until}; \`offshoot down\` removes it.`;
  if (code !== "USAGE" && code !== "PROVIDER_REJECTED") return emit({ kind: "warning", text: stays });
  try {
    await api.deleteBranch(id, { within: world.deadline("removing the branch again", REMOVE_MS), emit }, async () => {});
    emit({ kind: "note", text: `The branch ${name} was removed again.` });
  } catch (failure) {
    emit({ kind: "warning", text: `${stays} (${messageOf(failure)})` });
  }
}

function toDatabase({ branch, created, base }: Placed, access: Access, postgresMajor: number, dispose: () => Promise<unknown>): Database {
  const { tag } = branch;
  // Whoever placed the branch has checked the tag, or written it.
  if (tag === undefined) throw new TypeError(`${branch.name} has no tag`);
  return {
    kind: "database",
    provider: "neon",
    id: branch.id,
    name: branch.name,
    url: access.url,
    directUrl: access.directUrl,
    origin: created === undefined ? "adopted" : "created",
    expiresAt: branch.expiresAt,
    postgresMajor,
    tag,
    base,
    async [Symbol.asyncDispose]() {
      await dispose();
    },
  };
}
