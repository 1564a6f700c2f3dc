import { dirname } from "node:path";
import { OffshootError } from "../../../errors.ts";
import { stat } from "../../../file-facts.ts";
import { MIB, readText } from "../../../read-file.ts";

/** A user of the operating system. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user to run Postgres as. Postgres refuses to run as root, so root needs another user. Undefined when this process
 * is not root: then the server runs as the same user. Throws `POSTGRES_START_FAILED` when root has no such user.
 */
export async function serviceAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const account = parseAccount(await readText("/etc/passwd", 16 * MIB));
  if (account !== undefined) return account;
  throw new OffshootError("POSTGRES_START_FAILED", "Postgres was not started: it refuses to run as root.", {
    meaning: "This machine has no user `postgres` and no user `nobody` to run it as.",
    remedy: "Add a user with `useradd --system postgres`, or run offshoot as an ordinary user.",
  });
}

/** The user `postgres` in the text of `/etc/passwd`, or else `nobody`. Another name for root does not count. */
export function parseAccount(passwd: string): Account | undefined {
  const users = passwd.split("\n").map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const [name, , uid, gid] = users.find(([candidate]) => candidate === wanted) ?? [];
    if (name !== undefined && Number(uid) > 0 && Number.isInteger(Number(gid))) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** Options for `spawn` that run a program as the account. Without an account it runs as the user of this process. */
export function idsOf(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** The first folder on the path that the account cannot enter. Undefined when it can enter all of them. */
export async function closedFolder(account: Account, path: string): Promise<string | undefined> {
  const parent = dirname(path);
  if (parent !== path) {
    const closed = await closedFolder(account, parent);
    if (closed !== undefined) return closed;
  }
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return undefined;
  const bit = found.uid === account.uid ? 0o100 : found.gid === account.gid ? 0o010 : 0o001;
  return (found.mode & bit) === 0 ? path : undefined;
}
