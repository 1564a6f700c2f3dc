import { randomBytes } from "node:crypto";
import { chmod, chown, mkdtemp, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, serverAccount } from "./account.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { createCertificate } from "./certificate.ts";

/** What all servers of one mock share. */
export interface Machine {
  readonly binaries: Binaries;
  readonly account: Account;
  /** Folder of everything, removed at the end. */
  readonly home: string;
  /** Password of `cloud_admin`, the superuser that Neon keeps to itself. */
  readonly adminPassword: string;
}

const PREFIX = "neon-mock-";

/** Finds Postgres, makes a folder for the data, and removes those of mocks that were killed. */
export async function createMachine(): Promise<Machine> {
  const [binaries, account, folder] = await Promise.all([findBinaries(), serverAccount(), roomyFolder()]);
  await removeOrphans(folder);
  const home = await mkdtemp(join(folder, `${PREFIX}${process.pid}-`));
  await chmod(home, 0o755);
  const { certificate, key } = createCertificate("mock.neon.test");
  await writeFile(join(home, "server.crt"), certificate);
  await writeFile(join(home, "server.key"), key, { mode: 0o600 });
  for (const path of [home, join(home, "server.crt"), join(home, "server.key")]) await own(account, path);
  return { binaries, account, home, adminPassword: randomBytes(12).toString("hex") };
}

/** Gives a file or folder to the user that the servers run as. */
export async function own(account: Account, path: string): Promise<void> {
  if (account.uid !== undefined) await chown(path, account.uid, account.gid ?? account.uid);
}

/** Memory where there is plenty of it, as copies of branches then take no time; else the folder for temporary files. */
async function roomyFolder(): Promise<string> {
  const memory = "/dev/shm";
  const space = await statfs(memory).catch(() => undefined);
  return space !== undefined && space.bavail * space.bsize > 8 * 2 ** 30 ? memory : tmpdir();
}

async function removeOrphans(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split("-")[0]) : Number.NaN;
    if (Number.isNaN(owner) || isAlive(owner)) continue;
    const home = join(folder, name);
    for (const branch of await readdir(home)) await endServer(join(home, branch));
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function endServer(data: string): Promise<void> {
  const pid = Number((await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n")[0]);
  // The number may belong to another process by now: it has to name our folder.
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (command.includes(data)) process.kill(pid, "SIGQUIT");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
