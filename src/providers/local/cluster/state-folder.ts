import { constants } from "node:fs";
import { chmod } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Env } from "../../../environment.ts";
import { OffshootError } from "../../../errors.ts";
import { access, lstat, namesIn, stat } from "../../../file-facts.ts";
import { makeFolders } from "../../../make-folders.ts";
import { type Account, closedFolder } from "./account.ts";

/** What decides where local servers keep their state. */
export interface Surroundings {
  readonly env: Env;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  readonly homeDirectory: string;
  readonly temporaryDirectory: string;
}

/**
 * The folder of all local servers of this user: `OFFSHOOT_HOME` if it is set. Else `/var/lib/offshoot` for root, because the
 * server's user can enter it, and the XDG state folder for other users. A user who cannot write to that folder, such as a
 * container's user without a home, gets a folder of its own in the temporary directory.
 */
export async function stateFolder(around: Surroundings): Promise<string> {
  const { env, uid } = around;
  const chosen = env["OFFSHOOT_HOME"];
  if (chosen !== undefined && chosen !== "") return resolve(around.cwd, chosen);
  const usual = usualFolder(around);
  if (uid === undefined || uid === 0 || (await isWritable(usual))) return usual;
  return temporaryFolder(around, uid);
}

function temporaryFolder({ temporaryDirectory }: Surroundings, uid: number): string {
  return join(temporaryDirectory, `offshoot-${uid}`);
}

/**
 * Why a state folder must not be used. Every user of the machine can write to the temporary directory and knows the folder's
 * name there, so another user can have made the folder, or a link in its place. A folder elsewhere can have been open to others,
 * as after `umask 000`, who then put a server of theirs into it. Undefined when the folder is safe or does not exist.
 */
export async function dangerOf(folder: string, around: Surroundings): Promise<OffshootError | undefined> {
  const { uid } = around;
  if (uid === undefined) return undefined;
  const isTemporary = folder === temporaryFolder(around, uid);
  const reason = (isTemporary ? await dangerOfTemporary(folder, uid) : undefined) ?? (await dangerInside(folder, uid));
  if (reason === undefined) return undefined;
  return new OffshootError("POSTGRES_START_FAILED", `The state folder ${folder} is not safe: ${reason}.`, {
    meaning: "Another user of this machine may have made it. Nothing in it was read or changed.",
    remedy: "Remove it, or set OFFSHOOT_HOME to a folder that only you can write to.",
    facts: { folder },
  });
}

async function dangerOfTemporary(folder: string, uid: number): Promise<string | undefined> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isSymbolicLink()) return "it is a symbolic link";
  if (!found.isDirectory()) return "it is not a folder";
  if (found.uid !== uid) return "it belongs to another user";
  return othersCanWrite(found.mode) ? "other users can write to it" : undefined;
}

/** What offshoot makes in the state folder: data directories with their passwords, copies of binaries, records. */
const OWN_NAMES = /^(?:postgres-\d+|binaries|places)$/;

async function dangerInside(folder: string, uid: number): Promise<string | undefined> {
  const names = (await namesIn(folder).catch(() => [])).filter((name) => OWN_NAMES.test(name));
  for (const name of names) {
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && found.uid !== uid && found.uid !== 0) return `${name} in it belongs to another user`;
  }
  return undefined;
}

function othersCanWrite(mode: number): boolean {
  return (mode & 0o022) !== 0;
}

function usualFolder({ env, platform, uid, homeDirectory }: Surroundings): string {
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homeDirectory, "AppData", "Local"), "offshoot");
  if (uid === 0) return "/var/lib/offshoot";
  const state = env["XDG_STATE_HOME"];
  // Relative paths in XDG variables are invalid and must be ignored (XDG Base Directory Specification).
  return join(state !== undefined && isAbsolute(state) ? state : join(homeDirectory, ".local", "state"), "offshoot");
}

/** Whether the folder can be written to, or can be created. */
async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
    return true;
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === "ENOENT";
    return isMissing && dirname(path) !== path && isWritable(dirname(path));
  }
}

/**
 * Creates a folder that belongs to this user, to which nobody else can write, and that the server's user can enter. Throws `POSTGRES_START_FAILED` when it
 * belongs to another user, or when the server's user cannot enter it or a folder above it.
 */
export async function makeFolder(folder: string, account: Account | undefined): Promise<void> {
  const mode = account === undefined ? 0o700 : 0o755;
  const isNew = await makeFolders(folder, mode);
  // The umask of this process may remove the permissions that the server's user needs.
  if (isNew && account !== undefined) await chmod(folder, mode);
  const { uid, mode: found } = await stat(folder);
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new OffshootError("POSTGRES_START_FAILED", `Postgres was not started: the folder ${folder} belongs to another user.`, {
      remedy: "Set OFFSHOOT_HOME to a folder that you own.",
    });
  }
  // Whoever can write to it can put another server, password or copy of the binaries in the place of ours.
  if (process.getuid !== undefined && othersCanWrite(found)) await chmod(folder, found & 0o7755);
  const closed = account === undefined ? undefined : await closedFolder(account, folder);
  if (closed === undefined) return;
  throw new OffshootError("POSTGRES_START_FAILED", `Postgres was not started: the user ${account?.name} cannot enter ${closed}.`, {
    meaning: `Postgres refuses to run as root. It runs as ${account?.name}, who needs access to its files in ${folder}.`,
    remedy: "Set OFFSHOOT_HOME to a folder that every user can enter, or remove OFFSHOOT_HOME.",
  });
}
