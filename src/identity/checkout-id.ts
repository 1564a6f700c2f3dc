import { randomUUID } from "node:crypto";
import { link, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { lstat, realpath } from "../file-facts.ts";
import { readText } from "../read-file.ts";
import { shortHash } from "./slug.ts";

/** Its name in the git folder of a checkout or worktree. git ignores files there, and `git clone` does not copy it. */
const FILE = "offshoot-checkout";

/** A path has at most 4096 bytes on Linux. A larger file was not written by offshoot. */
const MAX_BYTES = 8192;

export interface Recorded {
  readonly id: string;
  /** The checkout's path when the id was last used. */
  readonly path: string;
}

/**
 * An id of one checkout. It is a random number in the checkout's own git folder, because a path is not enough: in
 * development containers all paths are equal, and the name of a machine changes with its network. The id stays the same
 * when the checkout is moved, the machine is renamed or the container is built again. A copy of the folder gets an id of its own.
 * Outside of git, and where the git folder cannot be written, the id is the name of the machine with the path.
 */
export async function checkoutId(gitFolder: string | undefined, top: string): Promise<string> {
  const path = await realpath(top).catch(() => top);
  return (await recordedId(gitFolder, path)) ?? `${hostname()}:${path}`;
}

/** The id in the git folder of the checkout at `path`, which is a real path. Undefined outside of git, and where the id cannot be written. */
export async function recordedId(gitFolder: string | undefined, path: string): Promise<string | undefined> {
  if (gitFolder === undefined) return undefined;
  const file = join(gitFolder, FILE);
  const found = (await read(file)) ?? (await create(file, { id: randomUUID(), path }));
  if (found === undefined) return undefined;
  if (found.path === path) return found.id;
  // Every process of the copy finds the same new id, so it does not matter which one writes it last.
  const current = { id: (await isCopy(found)) ? shortHash(`${found.id}\n${path}`, 32) : found.id, path };
  await replace(file, current);
  return current.id;
}

/** The id and the path that were recorded in a git folder last. Undefined without a valid file. */
export async function lastRecorded(gitFolder: string): Promise<Recorded | undefined> {
  return read(join(gitFolder, FILE));
}

/** Undefined without a valid file. */
async function read(file: string): Promise<Recorded | undefined> {
  const [, id, path] = /^([0-9a-f-]{32,36})\n(.+)\n$/s.exec(await readSmallFile(file)) ?? [];
  return id === undefined || path === undefined ? undefined : { id, path };
}

/** Empty for a missing or large file, and for a folder, a device or a symbolic link. */
async function readSmallFile(path: string): Promise<string> {
  try {
    const facts = await lstat(path);
    return facts.isFile() ? await readText(path, MAX_BYTES) : "";
  } catch {
    return "";
  }
}

/** Several processes can create the file at once: one link is made, and all of them read it. */
async function create(file: string, wanted: Recorded): Promise<Recorded | undefined> {
  const draft = await writeDraft(file, wanted);
  if (draft === undefined) return undefined;
  await link(draft, file).catch(() => {});
  await rm(draft, { force: true }).catch(() => {});
  return read(file);
}

/** Whether the checkout at the recorded path still has the id. Then this checkout was copied from it. */
async function isCopy({ id, path }: Recorded): Promise<boolean> {
  const pointer = /^gitdir: (.+)$/m.exec(await readSmallFile(join(path, ".git")))?.[1]?.trim();
  return (await read(join(resolve(path, pointer ?? ".git"), FILE)))?.id === id;
}

/** A folder that cannot be written keeps the old path, which is as good until the checkout is copied. */
async function replace(file: string, recorded: Recorded): Promise<void> {
  const draft = await writeDraft(file, recorded);
  if (draft !== undefined) await rename(draft, file).catch(() => rm(draft, { force: true }));
}

async function writeDraft(file: string, { id, path }: Recorded): Promise<string | undefined> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, `${id}\n${path}\n`, { flag: "wx" });
    return draft;
  } catch {
    return undefined;
  }
}
