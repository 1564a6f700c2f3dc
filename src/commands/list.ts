import { providerLimits } from "../context/providers.ts";
import { usableProviders } from "../context/usable-providers.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import type { Listed } from "../providers/provider.ts";

export interface ListOptions extends CommonOptions {
  /** Also list the bases that local servers keep. Default false. */
  readonly all?: boolean | undefined;
}

/** Lists everything whose name begins with our prefix, on all usable providers, with or without our owner tag. Starts no server. */
export async function list(options: ListOptions = {}): Promise<readonly Listed[]> {
  return inContext(options, (context) => listIn(context, options));
}

async function listIn(context: Context, options: ListOptions): Promise<readonly Listed[]> {
  const providers = await usableProviders(context);
  const listed = (await Promise.all(providers.map((provider) => provider.list(providerLimits(context))))).flat();
  return options.all === true ? listed : listed.filter((one) => !isLocalBase(one));
}

/** A local base only costs disk space. A base on Neon is a branch, which counts towards the project's limit. */
function isLocalBase({ kind, provider }: Listed): boolean {
  return kind === "base" && provider !== "neon";
}
