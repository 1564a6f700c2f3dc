import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import type { Branch } from "./branch.ts";

/**
 * The branch of exactly that name; Neon's own search takes parts. One that lives wins over one that is being deleted.
 * A branch made a moment ago may be missing still: Neon's own test harness allows 30 s for that.
 */
export async function look(api: NeonApi, name: string, bounds: Bounds): Promise<Branch | undefined> {
  const found = (await api.branches(name, bounds)).filter((branch) => branch.name === name);
  return found.find((branch) => !branch.isGoing) ?? found[0];
}
