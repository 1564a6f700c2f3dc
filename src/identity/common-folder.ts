import { join, resolve } from "node:path";
import { readText } from "../read-file.ts";

/** The git folder that all worktrees of a clone share. Each worktree has its own `HEAD`; all of them share `config` and branches. */
export async function commonFolder(git: string): Promise<string> {
  const common = await readText(join(git, "commondir")).catch(() => "");
  return common === "" ? git : resolve(git, common.trim());
}
