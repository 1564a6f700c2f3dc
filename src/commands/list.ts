import type { Listed } from "../providers/provider.ts";
import { limitsOf, reachable } from "../context/candidates.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";

export interface ListOptions extends CommonOptions {
  /** Also the templates that local servers keep as a cache. Default false. */
  readonly all?: boolean | undefined;
}

/** Everything under our name prefix that any provider knows of, ours or not. Starts no server. */
export async function list(options: ListOptions = {}): Promise<readonly Listed[]> {
  const listed = await listIn(await prepare(options));
  return options.all === true ? listed : listed.filter((one) => !isCache(one));
}

/** A local template costs nobody anything but disk; a base on Neon is a branch of its own. */
function isCache({ kind, provider }: Listed): boolean {
  return kind === "base" && provider !== "neon";
}

/** `list` in a context that is prepared already. */
export async function listIn(context: Context): Promise<readonly Listed[]> {
  const providers = await reachable(context);
  const listed = await Promise.all(providers.map((provider) => provider.list(limitsOf(context))));
  return listed.flat();
}
