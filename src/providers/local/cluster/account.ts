import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { OffshootError } from "../../../errors.ts";

/** The operating system's user that the server runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root: the user to switch to, or undefined where we are an ordinary user ourselves. */
export async function serviceAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const account = parseAccount(await readFile("/etc/passwd", "utf8"));
  if (account !== undefined) return account;
  throw new OffshootError("POSTGRES_START_FAILED", "Postgres does not run as root, and there is no other user to run it as.", {
    remedy: "Add a user `postgres` (`useradd --system postgres`), or run as an ordinary user.",
  });
}

/** User `postgres` of an `/etc/passwd`, else `nobody`. */
export function parseAccount(passwd: string): Account | undefined {
  const users = passwd.split("\n").map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const [name, , uid, gid] = users.find(([candidate]) => candidate === wanted) ?? [];
    if (name !== undefined && Number(uid) > 0 && Number.isInteger(Number(gid))) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** The uppermost folder on the way to `path` that the account can't enter; undefined when it can reach `path`. */
export async function closedTo(account: Account, path: string): Promise<string | undefined> {
  const above = dirname(path);
  if (above !== path) {
    const closed = await closedTo(account, above);
    if (closed !== undefined) return closed;
  }
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isDirectory()) return undefined;
  const bit = found.uid === account.uid ? 0o100 : found.gid === account.gid ? 0o010 : 0o001;
  return (found.mode & bit) === 0 ? path : undefined;
}
