import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { factsOf } from "./failure.ts";
import type { NeonChoices } from "./options.ts";
import { computeOf } from "./request.ts";
import type { Operation } from "./wire.ts";

/**
 * Makes sure that an adopted branch has a compute, and returns the operations that start a new one; undefined where it
 * had one all along. A sibling that is a moment ahead has made it: that is as good.
 */
export async function provideCompute(
  api: NeonApi,
  branchId: string,
  choices: NeonChoices,
  bounds: Bounds,
): Promise<readonly Operation[] | undefined> {
  const there = (await api.endpoints(bounds)).some((endpoint) => endpoint.branchId === branchId && endpoint.isReadWrite);
  if (there) return undefined;
  try {
    return await api.createEndpoint(branchId, computeOf(choices), bounds);
  } catch (thrown) {
    if (factsOf(thrown)?.status === 409) return [];
    throw thrown;
  }
}
