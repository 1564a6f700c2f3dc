import { type CommonOptions, prepare } from "../context/context.ts";
import { upIn, type UpResult } from "./up-in.ts";

export interface UpOptions extends CommonOptions {}

export type { UpResult } from "./up-in.ts";

/**
 * Creates or adopts this run's database and returns when a query was answered over its URL. Any number of
 * callers may ask at once, on any number of machines: one creates, the others adopt.
 *
 * Throws `NO_PROVIDER` with every refusal, `PROVIDER_REJECTED` where falling back is not allowed, `NOT_OURS`
 * when the name is taken by a stranger, and `TIMED_OUT` past `timeouts.acquire`.
 */
export async function up(options: UpOptions = {}): Promise<UpResult> {
  return upIn(await prepare(options));
}
