import { randomBytes } from "node:crypto";
import { chmod, chown, mkdtemp, readdir, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "../../../src/events.ts";
import { isAlive } from "../../../src/process/signals.ts";
import { serviceAccount } from "../../../src/providers/local/cluster/account.ts";
import { findPostgres, prepareRuntime } from "../../../src/providers/local/cluster/binaries.ts";
import type { Runtime } from "../../../src/providers/local/cluster/runtime.ts";
import { isServer, readPidFile } from "../../../src/providers/local/cluster/server-process.ts";
import { makeFolder } from "../../../src/providers/local/cluster/state-folder.ts";
import { type Certificate, createAuthority, issueCertificate } from "./certificate.ts";

/** What all servers of one mock share. */
export interface Machine {
  readonly runtime: Runtime;
  readonly major: number;
  /** Folder of all files. It is removed at the end. */
  readonly home: string;
  /** Password of `cloud_admin`, the superuser that only Neon itself uses. */
  readonly adminPassword: string;
  /** The certificate of all servers and of the API, and the file with the certificate of its authority. */
  readonly certificate: Certificate;
  readonly rootFile: string;
}

/** The domain of all computes. The top-level domain is reserved, so that no test connects to a real host by mistake. */
const COMPUTES = "*.c-2.us-east-2.aws.neon.test";

/** The name of the API, in the same reserved domain. */
export const API_NAME = "console.neon.test";

const PREFIX = "neon-mock-";

/** `pg_backup_start` has its present name and form since this major. */
const OLDEST_MAJOR = 15;

/**
 * Finds Postgres, makes a folder for the data, and removes the folders of killed mocks. The npm packages
 * of the folders `roots` are searched for Postgres; default: those of this checkout.
 */
export async function createMachine(roots: readonly string[] = [import.meta.dirname]): Promise<Machine> {
  const [runtime, folder] = await Promise.all([findRuntime(roots), dataFolder()]);
  await removeOrphans(folder);
  const home = await mkdtemp(join(folder, `${PREFIX}${process.pid}-`));
  await chmod(home, 0o755);
  const authority = createAuthority();
  const certificate = issueCertificate(authority, [COMPUTES, API_NAME]);
  const rootFile = join(home, "root.crt");
  const adminPassword = randomBytes(12).toString("hex");
  const machine: Machine = { runtime, major: runtime.major, home, adminPassword, certificate, rootFile };
  await writeFile(rootFile, authority.certificate);
  await writeFile(join(home, "server.crt"), certificate.certificate);
  await writeFile(join(home, "server.key"), certificate.key, { mode: 0o600 });
  for (const path of [home, join(home, "server.crt"), join(home, "server.key")]) await giveToAccount(machine, path);
  return machine;
}

async function findRuntime(roots: readonly string[]): ReturnType<typeof prepareRuntime> {
  const { env, platform, arch } = process;
  const found = (await findPostgres({ env, platform, arch, roots }, undefined)).filter(({ major }) => major >= OLDEST_MAJOR);
  if (found.length === 0)
    throw new Error("No Postgres server was found. Run `npm ci` in this checkout, or install PostgreSQL 15 or newer.");
  const copies = join(tmpdir(), `neon-mock-binaries-${process.getuid?.() ?? ""}`);
  await makeFolder(copies, await serviceAccount());
  return prepareRuntime(found, { copies, env, emit: silent });
}

/** Makes the user that the servers run as the owner of a file or folder. */
export async function giveToAccount({ runtime: { account } }: Machine, path: string): Promise<void> {
  if (account !== undefined) await chown(path, account.uid, account.gid);
}

/** A folder in memory when there is enough of it, because branches are copied faster there. Otherwise the temporary folder. */
async function dataFolder(): Promise<string> {
  const memory = "/dev/shm";
  const space = await statfs(memory).catch(() => undefined);
  return space !== undefined && space.bavail * space.bsize > 8 * 2 ** 30 ? memory : tmpdir();
}

async function removeOrphans(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, owner] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const home = join(folder, name);
    for (const entry of await readdir(home)) await endServer(join(home, entry));
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function endServer(data: string): Promise<void> {
  const pidFile = await readPidFile(data).catch(() => undefined);
  if (pidFile !== undefined && (await isServer(pidFile.pid, data))) process.kill(pidFile.pid, "SIGQUIT");
}
