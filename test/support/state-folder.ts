import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deadline } from "../../src/deadline.ts";
import { stop } from "../../src/providers/local/cluster/server-process.ts";

/** Creates an empty state folder, for `OFFSHOOT_HOME`. */
export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "offshoot-home-"));
  // The server's user must be able to enter it when the tests run as root.
  await chmod(home, 0o755);
  return home;
}

/** Stops the servers of the embedded provider in a state folder, and deletes the folder. */
export async function removeHome(home: string): Promise<void> {
  const files = await readdir(home, { recursive: true });
  for (const file of files.filter((name) => name.endsWith("/postmaster.pid"))) {
    await stop(dirname(join(home, file)), { within: deadline("stopping the server of a test's state folder", 30_000) });
  }
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}
