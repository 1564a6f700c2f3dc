import { OffshootError } from "../../errors.ts";
import { jitter } from "../../deadline.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";

const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 5000;

/**
 * Waits until Neon has masked the data: before that a branch holds what its parent holds. Throws where masking failed,
 * since nobody may work on data that was meant to be masked.
 */
export async function waitUntilAnonymized(api: NeonApi, branchId: string, { within, emit }: Bounds, random: () => number): Promise<void> {
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 1.5, LONGEST_POLL_MS)) {
    const state = await api.anonymizedState(branchId, { within, emit });
    if (state === "anonymized") return;
    if (/error/i.test(state)) {
      throw new OffshootError("PROVIDER_REJECTED", `Neon could not anonymise the branch: it ended as ${state}.`, {
        meaning: "The branch was not handed out.",
        remedy: "Check the masking rules of the parent branch in Neon.",
        facts: { branch: branchId, state },
      });
    }
    await within.pause(jitter(pollMs, random));
  }
}
