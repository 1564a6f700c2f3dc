import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, OffshootError } from "../errors.ts";

/** The descriptors of a file, each with its own position. */
export interface NamelessFile {
  readonly write: number;
  readonly read: number;
}

/**
 * Runs `work` with a file that is deleted from its folder before anything is written to it. So the system frees it when the last
 * process that uses it has ended, whatever ends them. Where an open file cannot be deleted, it is deleted after `work`.
 */
export async function withNamelessFile<T>(prefix: string, work: (file: NamelessFile) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), prefix)).catch((thrown: unknown) => {
    throw new OffshootError("CONFIG_INVALID", `No file can be made in the temporary folder: ${messageOf(thrown)}`, {
      remedy: "Create the folder, or set TMPDIR to another one that you can write to.",
      cause: thrown,
    });
  });
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await using write = await open(join(folder, "file"), "wx", 0o600);
    await using read = await open(join(folder, "file"), "r");
    await remove().catch(() => {});
    return await work({ write: write.fd, read: read.fd });
  } finally {
    await remove();
  }
}
