import * as fs from "node:fs";

type Found = (error: Error | null, entries: fs.Dirent[]) => void;

/** Folders that are read at the same time. Node has four threads for them. */
const AT_ONCE = 16;

/**
 * `readdir` for a search. It shows pipes, sockets and devices as files, so that the search returns them. When the signal aborts, every
 * folder that was not read yet is empty: a search starts to read all folders that it finds, and ends only after the last one.
 */
export function readdirUntil(signal: AbortSignal): typeof fs.readdir {
  const waiting: (() => void)[] = [];
  let running = 0;
  const next = (): void => {
    running -= 1;
    waiting.shift()?.();
  };
  const read = (folder: string, options: { withFileTypes: true }, found: Found): void => {
    running += 1;
    if (signal.aborted) {
      return void setImmediate(() => {
        found(null, []);
        next();
      });
    }
    fs.readdir(folder, options, (error, entries) => {
      for (const entry of entries ?? [])
        if (!entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink()) Object.assign(entry, { isFile: () => true });
      found(error, entries);
      next();
    });
  };
  return ((folder: string, options: { withFileTypes: true }, found: Found) => {
    if (running < AT_ONCE) read(folder, options, found);
    else waiting.push(() => read(folder, options, found));
  }) as typeof fs.readdir;
}
