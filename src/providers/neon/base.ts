import { isOffshootError, messageOf } from "../../errors.ts";
import { baseName } from "../../identity/name.ts";
import type { Database, Refusal, Released, Wanted } from "../provider.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { type Branch, buildingName, failedName } from "./branch.ts";
import { factsOf, isNameTaken } from "./failure.ts";
import { readyBase } from "./parent.ts";
import type { Site } from "./site.ts";

/** What is never finished goes by itself; no migration takes as long. */
const BUILDING_MS = 24 * 3_600_000;

/** What the making of a base uses of its provider. */
export interface Workshop {
  readonly site: Site;
  readonly acquire: (wanted: Wanted) => Promise<Database | Refusal>;
  readonly release: (name: string) => Promise<Released>;
}

/**
 * `Provider.ensureBase` over Neon. All who come before the base is ready adopt the same branch to migrate; a later one
 * finds the base by its final name.
 */
export async function ensureBase(
  { site, acquire, release }: Workshop,
  wanted: Wanted,
  bounds: () => Bounds,
  migrate: (database: Database) => Promise<void>,
): Promise<void> {
  const { fingerprint } = wanted.tag;
  if (fingerprint === undefined) return;
  const { api, bases, world } = site;
  const isReady = async (): Promise<boolean> => {
    const ready = await readyBase(api, fingerprint, bounds());
    if (ready !== undefined) bases.set(fingerprint, ready);
    return ready !== undefined;
  };
  if (await isReady()) return;
  const expiresAt = new Date(world.now().getTime() + BUILDING_MS);
  const building = await acquire({ ...wanted, name: buildingName(wanted.name), expiresAt, fingerprint: undefined });
  // The run's own create meets the same refusal, and says so.
  if (building.kind === "refusal") return;
  // Between our look and our create another may have finished, which let go of the name.
  if (await isReady()) {
    if (building.origin === "created") await release(building.name);
    return;
  }
  try {
    await migrate(building);
  } catch (thrown) {
    if (hasFailed(thrown)) await setAside(api, building, wanted.name, bounds());
    throw thrown;
  }
  const base = await sealBase(api, building, fingerprint, bounds());
  if (base !== undefined) bases.set(fingerprint, base);
}

/** The migrations themselves failed, or what they made did: whoever else waits for them hears the same. */
function hasFailed(thrown: unknown): boolean {
  return isOffshootError(thrown) && (thrown.code === "MIGRATION_FAILED" || thrown.code === "FINDINGS");
}

/** The next run begins with a clean base; those who wait in this one keep their sessions, and it still expires. */
async function setAside(api: NeonApi, { id }: Database, base: string, bounds: Bounds): Promise<void> {
  try {
    await api.updateBranch(id, { name: failedName(base, id) }, bounds);
  } catch (thrown) {
    bounds.emit({ kind: "warning", text: `The base ${buildingName(base)} failed and could not be set aside: ${messageOf(thrown)}` });
  }
}

/**
 * Gives a migrated base its final name, which alone says that it is ready: a run must never start from one that is
 * half migrated. It stops expiring with that, as nothing may be branched from what expires; where another base got the
 * name first, ours goes on expiring. Returns the base to start from; undefined, with a warning, where there is none.
 */
async function sealBase(
  api: NeonApi,
  { id, expiresAt }: Database,
  fingerprint: string,
  bounds: Bounds,
): Promise<Pick<Branch, "id" | "name"> | undefined> {
  const name = baseName(fingerprint);
  try {
    await api.updateBranch(id, expiresAt === undefined ? { name } : { name, expiresAt: null }, bounds);
    return { id, name };
  } catch (thrown) {
    bounds.within.check();
    const facts = factsOf(thrown);
    const other = facts !== undefined && isNameTaken(facts) ? await readyBase(api, fingerprint, bounds) : undefined;
    if (other === undefined) bounds.emit({ kind: "warning", text: `The base ${name} could not be kept: ${messageOf(thrown)}` });
    return other;
  }
}
