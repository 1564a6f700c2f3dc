import { readFile } from "node:fs/promises";

/** The user that a server runs as, as options of a child process; none where we are an ordinary user. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** Postgres refuses to run as root: then it runs as `postgres`, or as `nobody`. */
export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  const line = lines.find((entry) => entry.startsWith("postgres:")) ?? lines.find((entry) => entry.startsWith("nobody:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined || gid === undefined) throw new Error("There is neither a user postgres nor a user nobody to run a server as.");
  return { uid: Number(uid), gid: Number(gid) };
}
