import { type CommonOptions, prepare } from "../context/context.ts";
import { downIn, type DownResult } from "./down-in.ts";

export interface DownOptions extends CommonOptions {}

export type { DownResult } from "./down-in.ts";

/**
 * Removes this run's database, wherever it is. Twice is the same as once: one that is gone already is no failure.
 * Throws `NOT_OURS` or `PROTECTED` and deletes nothing when the name belongs to something without our tag.
 */
export async function down(options: DownOptions = {}): Promise<DownResult> {
  return downIn(await prepare(options));
}
