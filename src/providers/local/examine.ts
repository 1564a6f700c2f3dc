import { otherMajor } from "../other-major.ts";
import type { Check, Examination, Refusal } from "../provider.ts";
import { readDatabases } from "./databases.ts";
import { toDatabase } from "./names.ts";
import { readFrom, runningServers } from "./running.ts";
import type { Bounds, ServerSource } from "./server.ts";

/** `Provider.examine` for local servers. */
export async function examineServers(
  source: ServerSource,
  { name, major }: { readonly name: string; readonly major: number | undefined },
  bounds: Bounds,
): Promise<Examination> {
  const seen = await source.examine(bounds);
  if (seen.refusal !== undefined) return { ...seen, action: undefined };
  const main = await source.running(bounds);
  for (const server of await runningServers(source, bounds)) {
    const found = await readFrom(source, server, bounds, readDatabases);
    const isOther = found !== undefined && major !== undefined && found.major !== major && server.id === main?.id;
    if (isOther) return withRefusal(seen.checks, otherMajor(source.provider, `The server ${server.id}`, found.major, major));
    const entry = found?.entries.find((candidate) => candidate.name === toDatabase(name) && !candidate.isTemplate);
    if (entry?.tag !== undefined && !entry.isValid)
      return { ...seen, action: `create the database ${entry.name} again: a DROP of it was interrupted` };
    if (entry?.tag !== undefined) return { ...seen, action: `use the database ${entry.name}, which exists` };
    if (entry !== undefined) return { ...seen, checks: [...seen.checks, foreignCheck(entry.name)], action: undefined };
  }
  return { ...seen, action: `create the database ${toDatabase(name)}` };
}

function withRefusal(checks: readonly Check[], refusal: Refusal): Examination {
  const { text, remedy } = refusal;
  return { checks: [...checks, { name: "postgres", state: "failed", text, remedy }], action: undefined, refusal };
}

function foreignCheck(name: string): Check {
  const text = `A database ${name} exists without the owner tag of offshoot, so offshoot does not use it.`;
  return { name: "name", state: "failed", text, remedy: "Rename or drop it, or choose another run name with --run." };
}
