import type { Branch, CallContext, Endpoint, NeonApi } from "./types.ts";

/** All branches of the project and their computes. */
export interface Everything {
  readonly branches: readonly Branch[];
  readonly endpoints: readonly Endpoint[];
}

/** Reads it. With `again` false, what was read a moment ago is returned again, which saves all pages. */
export type ReadEverything = (context: CallContext, again: boolean) => Promise<Everything>;

/** How long two lists of one sweep can share what was read, in milliseconds. */
const SHARED_MS = 5000;

export function readEverything(api: Pick<NeonApi, "branches" | "endpoints">, now: () => Date): ReadEverything {
  let last: (Everything & { readonly at: number }) | undefined;
  return async (context, again) => {
    const known = last;
    last = undefined;
    if (!again && known !== undefined && Math.abs(now().getTime() - known.at) < SHARED_MS) return known;
    const at = now().getTime();
    const [branches, endpoints] = await Promise.all([api.branches(undefined, context), api.endpoints(context)]);
    last = { branches, endpoints, at };
    return last;
  };
}
