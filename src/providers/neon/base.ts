import { messageOf } from "../../errors.ts";
import { baseName } from "../../run/name.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import type { Branch } from "./branch.ts";
import { factsOf, isNameTaken } from "./failure.ts";
import { readyBase } from "./parent.ts";

/** A second base of one fingerprint serves those who wait in it, and nobody after them. */
const SURPLUS_MS = 2 * 3_600_000;

/**
 * Gives a migrated base its final name, which alone says that it is ready: a run must never start from one that is
 * half migrated. Where another base got the name first, ours expires. Returns the base to start from; undefined, with
 * a warning, where there is none after all.
 */
export async function sealBase(
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
