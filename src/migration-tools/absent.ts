import { join, posix } from "node:path";
import { namesIn } from "../file-facts.ts";

/**
 * Returns for a path in a folder whether it certainly does not exist. The tools look for some two hundred files, and few of their
 * folders exist, so the names of each folder are read once and remembered. False when it is not known: for a path outside of
 * the folder, below a folder that cannot be listed, and where letters outside of ASCII can be written in several ways.
 */
export function absentIn(directory: string): (path: string) => Promise<boolean> {
  const known = new Map<string, Promise<ReadonlySet<string> | undefined>>();
  return isAbsent;

  async function isAbsent(given: string): Promise<boolean> {
    const path = posix.normalize(given).replace(/\/$/, "");
    if (path === "." || /^\/|^\.\.(?:\/|$)|[^ -~]|\\/.test(path)) return false;
    const folder = posix.dirname(path);
    if (!known.has(folder)) known.set(folder, namesOf(folder));
    return (await known.get(folder))?.has(ignoringCase(posix.basename(path))) === false;
  }

  async function namesOf(folder: string): Promise<ReadonlySet<string> | undefined> {
    if (await isAbsent(folder)) return new Set();
    const names = await namesIn(join(directory, folder)).catch(() => undefined);
    return names && new Set(names.map(ignoringCase));
  }
}

/** Some file systems do. On the others this only costs one more look. */
function ignoringCase(name: string): string {
  return name.toLowerCase();
}
