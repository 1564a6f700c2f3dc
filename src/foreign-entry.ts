import { dirname } from "node:path";
import type { Env } from "./environment.ts";
import { lstat, stat } from "./file-facts.ts";

/**
 * Whether another user of the machine may have put a file or folder where it is. offshoot runs commands and programs that it finds
 * in the current folder and above it, and every user can make `/tmp/.git`, `/tmp/offshoot.yaml` and `/tmp/node_modules`. `start` is
 * the folder of the search. Its owner is trusted, because a container often runs as another user than the owner of the checkout.
 */
export async function isForeign(path: string, start: string, env: Env = process.env): Promise<boolean> {
  const user = process.getuid?.();
  const entry = await lstat(path).catch(() => undefined);
  if (user === undefined || entry === undefined) return false;
  const trusted = new Set([0, user, (await stat(start).catch(() => undefined))?.uid]);
  // As git does for `safe.directory`.
  if (user === 0 && /^\d+$/.test(env["SUDO_UID"] ?? "")) trusted.add(Number(env["SUDO_UID"]));
  if (trusted.has(entry.uid)) return false;
  const folder = await stat(dirname(path)).catch(() => undefined);
  // Only the owner of such a folder can put something into it.
  return folder === undefined || !trusted.has(folder.uid) || (folder.mode & 0o022) !== 0;
}
