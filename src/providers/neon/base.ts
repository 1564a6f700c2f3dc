import { messageOf } from "../../errors.ts";
import { baseName } from "../../run/name.ts";
import type { Database, Refusal, Released, Wanted } from "../provider.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { type Branch, buildingName } from "./branch.ts";
import { factsOf, isNameTaken } from "./failure.ts";
import { readyBase } from "./parent.ts";
import type { Site } from "./place.ts";

/** A second base of one fingerprint serves those who wait in it, and nobody after them. */
const SURPLUS_MS = 2 * 3_600_000;

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
  const building = await acquire({ ...wanted, name: buildingName(wanted.name), expiresAt: undefined, fingerprint: undefined });
  // The run's own create meets the same refusal, and says so.
  if (building.kind === "refusal") return;
  // Between our look and our create another may have finished, which let go of the name.
  if (await isReady()) {
    if (building.origin === "created") await release(building.name);
    return;
  }
  await migrate(building);
  const base = await sealBase(api, { id: building.id, fingerprint }, world.now(), bounds());
  if (base !== undefined) bases.set(fingerprint, base);
}

/**
 * Gives a migrated base its final name, which alone says that it is ready: a run must never start from one that is
 * half migrated. Where another base got the name first, ours expires. Returns the base to start from; undefined, with
 * a warning, where there is none after all.
 */
async function sealBase(
  api: NeonApi,
  built: { readonly id: string; readonly fingerprint: string },
  now: Date,
  bounds: Bounds,
): Promise<Pick<Branch, "id" | "name"> | undefined> {
  const name = baseName(built.fingerprint);
  try {
    await api.updateBranch(built.id, { name }, bounds);
    return { id: built.id, name };
  } catch (thrown) {
    bounds.within.check();
    const facts = factsOf(thrown);
    const isTaken = facts !== undefined && isNameTaken(facts);
    const other = isTaken ? await readyBase(api, built.fingerprint, bounds) : undefined;
    if (other !== undefined) {
      if (other.id !== built.id) await api.updateBranch(built.id, { expiresAt: new Date(now.getTime() + SURPLUS_MS) }, bounds);
      return other;
    }
    bounds.report({ kind: "warning", text: `The base ${name} could not be kept: ${messageOf(thrown)}` });
    return undefined;
  }
}
