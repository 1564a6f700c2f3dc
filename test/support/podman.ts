import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { onPath } from "./peers.ts";
import { docker, testImage } from "./docker.ts";
import { isInstalled, skipWithout } from "./require.ts";

const run = promisify(execFile);

/** Podman with a store of its own, on a PATH without docker. */
export interface Podman {
  readonly image: string;
  /** The variables with which programs use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly podman: (...args: readonly string[]) => Promise<string>;
  /** Removes the store. */
  readonly remove: () => Promise<void>;
}

/** The settings with which containers start in machines whose control groups are mixed or that forbid other limits. */
const PLAIN = `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n`;

/** Podman with the tests' image. Undefined if it is not installed or can start no container; a line reports the skipped tests then. */
export async function startPodman(): Promise<Podman | undefined> {
  const source = await testImage(15);
  if (source === undefined || !isInstalled("podman")) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "offshoot-podman-"));
  const [store, config, bin] = ["storage.conf", "containers.conf", "bin"].map((name) => join(folder, name)) as [string, string, string];
  await writeFile(store, `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`);
  await writeFile(config, "");
  await mkdir(bin);
  for (const name of ["podman", "git", "sh", "sleep"]) await symlink(onPath(name) ?? name, join(bin, name));
  await symlink(process.execPath, join(bin, "node"));
  const env = {
    PATH: [bin, "/usr/sbin", "/sbin"].join(delimiter),
    CONTAINERS_STORAGE_CONF: store,
    CONTAINERS_CONF: config,
  };
  const podman = async (...args: readonly string[]): Promise<string> =>
    (await run("podman", [...args], { env: { ...process.env, ...env } })).stdout.trim();
  const removeFolder = async (): Promise<void> => {
    await run("umount", [join(folder, "graph/overlay")]).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  };
  const remove = async (): Promise<void> => {
    await podman("rm", "--all", "--force", "--time", "0").catch(() => {});
    await podman("rmi", "--all", "--force").catch(() => {});
    // An idle reaper looks at the engine again before it ends, and each call of Podman makes its folders.
    for (let left = 20; ; left -= 1) {
      try {
        return await removeFolder();
      } catch (thrown) {
        if (left === 0) throw thrown;
        await pause(500);
      }
    }
  };
  const image = `localhost/${source}`;
  try {
    await docker("save", "--output", join(folder, "image.tar"), source);
    await podman("load", "--input", join(folder, "image.tar"));
    const starts = (): Promise<string> => podman("run", "--rm", image, "true");
    await starts().catch(async () => {
      await writeFile(config, PLAIN);
      await starts();
    });
    return { image, env, podman, remove };
  } catch (thrown) {
    await remove();
    skipWithout("podman", thrown instanceof Error ? thrown.message : String(thrown));
    return undefined;
  }
}
