import type { Repository } from "./repository.ts";

/**
 * A setting that a tool takes from a variable of the environment, or else from `.env`, which the tool reads too. The command that offshoot
 * runs has the same environment, so the tool would otherwise use another folder or table than the one that offshoot looks at.
 */
export async function environmentSetting(repository: Repository, name: string): Promise<string | undefined> {
  const set = repository.env?.[name]?.trim();
  if (set !== undefined && set !== "") return set;
  const file = (await repository.read(".env")) ?? "";
  return new RegExp(String.raw`^\s*(?:export\s+)?${name}\s*=\s*["']?([\w./-]+)`, "m").exec(file)?.[1];
}
