import { join } from "node:path";
import { deadline } from "../deadline.ts";
import { codeOf } from "../errors.ts";
import { makeFolders } from "../make-folders.ts";
import type { Context } from "./context.ts";
import { FOLDER_MODE, type Of, placeFile } from "./place.ts";

/** Why a file cannot be written in a folder that exists. */
const UNWRITABLE: readonly string[] = ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO"];

/** A command that waits longer says so. */
const NOTE_MS = 3000;

/**
 * Runs `work`, which creates the run's database and records its place, in only one process of this machine at a time. The
 * others wait, because commands with other settings would create a second database on another server. They end with the
 * result of `alternative` as soon as it has one.
 */
export async function asFirst<T>(
  context: Of & Pick<Context, "signal" | "emit">,
  { work, alternative }: { readonly work: () => Promise<T>; readonly alternative: () => Promise<T | undefined> },
): Promise<T> {
  const path = placeFile(context);
  if (path === undefined) return work();
  try {
    await makeFolders(join(path, ".."), FOLDER_MODE);
  } catch {
    // Without a folder there is no record either.
    return work();
  }
  const { withLockFile } = await import("../providers/local/cluster/lockfile.ts");
  const { settings, signal, emit } = context;
  // The first command can also migrate a base.
  const withinMs = settings.timeouts.acquireMs + (settings.base === true ? settings.timeouts.migrateMs : 0);
  const within = deadline("waiting for another command of this run that creates its database", withinMs, signal);
  const note = setTimeout(() => emit({ kind: "note", text: "Another command of this run creates its database. Waiting for it." }), NOTE_MS);
  let isStarted = false;
  const start = (): Promise<T> => {
    clearTimeout(note);
    isStarted = true;
    return work();
  };
  return withLockFile(`${path}.lock`, within, { work: start, alternative })
    .catch((thrown: unknown) => {
      // Without space for the lock, such as on a full disk, there is no record either.
      if (isStarted || !UNWRITABLE.includes(codeOf(thrown) ?? "")) throw thrown;
      return start();
    })
    .finally(() => clearTimeout(note));
}
