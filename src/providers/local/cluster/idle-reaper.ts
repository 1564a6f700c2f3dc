// The keeper's process: `node keeper.js <KeeperRequest as JSON>`. Its output is the server's log.
import { messageOf } from "../../../errors.ts";
import { findPostgres } from "./binaries.ts";
import { clusterAt } from "./cluster.ts";
import { keep } from "./keep.ts";
import type { KeeperRequest } from "./spawn-idle-reaper.ts";

const { home, major, idleMs, baseTtlMs, roots } = JSON.parse(process.argv[2] ?? "") as KeeperRequest;
const places = { env: process.env, platform: process.platform, arch: process.arch, roots };

const findBin = async (): Promise<string | undefined> => (await findPostgres(places, major))[0]?.bin;

try {
  await keep(clusterAt(home, major), { idleMs, baseTtlMs, findBin });
} catch (thrown) {
  process.stderr.write(`offshoot keeper: ${messageOf(thrown)}\n`);
  process.exitCode = 1;
}
