import { access, chmod, constants, mkdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Env } from "../../../environment.ts";
import { OffshootError } from "../../../errors.ts";
import { type Account, closedTo } from "./account.ts";

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
 * The folder of all local servers of this user. `OFFSHOOT_HOME` decides; root uses `/var/lib/offshoot`, which the
 * server's own user can enter; others the XDG state folder. Where that can't be written (a container's user
 * without a home) it is a folder of the user's own below the temporary directory.
 */
export async function stateHome(around: Surroundings): Promise<string> {
  const { env, uid } = around;
  const chosen = env["OFFSHOOT_HOME"];
  if (chosen !== undefined && chosen !== "") return resolve(around.cwd, chosen);
  const usual = usualHome(around);
  if (uid === undefined || uid === 0 || (await isWritable(usual))) return usual;
  return join(around.temporaryDirectory, `offshoot-${uid}`);
}

function usualHome({ env, platform, uid, homeDirectory }: Surroundings): string {
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homeDirectory, "AppData", "Local"), "offshoot");
  if (uid === 0) return "/var/lib/offshoot";
  const state = env["XDG_STATE_HOME"];
  // Relative paths in XDG variables are invalid and to be ignored (XDG Base Directory Specification).
  return join(state !== undefined && isAbsolute(state) ? state : join(homeDirectory, ".local", "state"), "offshoot");
}

/** Whether the folder exists and can be written, or could be made. */
async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
    return true;
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === "ENOENT";
    return isMissing && dirname(path) !== path && isWritable(dirname(path));
  }
}

/** Makes a folder that we own, and that the server's user can enter. Throws `POSTGRES_START_FAILED` with what is wrong. */
export async function makeFolder(folder: string, account: Account | undefined): Promise<void> {
  const mode = account === undefined ? 0o700 : 0o755;
  const created = await mkdir(folder, { recursive: true, mode });
  // The process's umask may have taken the bits that the server's user needs.
  if (created !== undefined && account !== undefined) await chmod(folder, mode);
  const { uid } = await stat(folder);
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new OffshootError("POSTGRES_START_FAILED", `The folder ${folder} belongs to another user.`, {
      remedy: "Set OFFSHOOT_HOME to a folder of your own.",
    });
  }
  const closed = account === undefined ? undefined : await closedTo(account, folder);
  if (closed === undefined) return;
  throw new OffshootError("POSTGRES_START_FAILED", `The user ${account?.name} can't enter ${closed}.`, {
    meaning: "Postgres does not run as root, so its files must be where that user can reach them.",
    remedy: "Set OFFSHOOT_HOME to a folder that everybody can enter, or leave it unset.",
  });
}
