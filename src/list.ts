import { limitsOf, reachable } from "./candidates.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import type { Listed } from "./providers/provider.ts";

export interface ListOptions extends CommonOptions {}

/** Everything under our name prefix that any provider knows of, ours or not. Starts no server. */
export async function list(options: ListOptions = {}): Promise<readonly Listed[]> {
  return listIn(await prepare(options));
}

/** `list` in a context that is prepared already. */
export async function listIn(context: Context): Promise<readonly Listed[]> {
  const providers = await reachable(context);
  const listed = await Promise.all(providers.map((provider) => provider.list(limitsOf(context))));
  return listed.flat();
}
