// @module-tag proof
import { execFile, execFileSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { closedFolder, parseAccount } from "../../../../src/providers/local/cluster/account.ts";
import { ROOT } from "./homes.ts";

const run = promisify(execFile);
const BIN = new URL("../../../../bin/offshoot.js", import.meta.url).pathname;

const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? parseAccount((await readFile("/etc/passwd", "utf8")).replace(/^postgres:.*$/m, "")) : undefined;
const canRunAsNobody = nobody !== undefined && (await closedFolder(nobody, ROOT)) === undefined;
/** A user id without an entry in `/etc/passwd`. */
const NAMELESS = { uid: 12_345, gid: 0 };

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that everybody can enter, which is removed after the test. */
async function folderForTest(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-place-"));
  await chmod(folder, mode);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the CLI as a user, in an empty project, with no other variables than these. */
async function offshoot(args: string, env: Readonly<Record<string, string>>, user: { uid?: number; gid?: number } = {}): Promise<Ended> {
  const { uid, gid } = user;
  const ids = uid === undefined || gid === undefined ? {} : { uid, gid };
  const variables = { PATH: process.env["PATH"], OFFSHOOT_PROVIDER: "embedded", OFFSHOOT_RUN: "place", NO_COLOR: "1", ...env };
  const options = { cwd: "/", env: variables, ...ids };
  try {
    return { code: 0, ...(await run(process.execPath, [BIN, ...args.split(" ")], options)) };
  } catch (thrown) {
    return thrown as Ended;
  }
}

test.runIf(isRoot && process.platform === "linux")("a read-only state folder is one error without a stack, for each command", async () => {
  const folder = await folderForTest();
  execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", folder]);
  try {
    for (const command of ["up", "run -- true"]) {
      const { code, stderr } = await offshoot(command, { HOME: folder, OFFSHOOT_HOME: folder });
      expect([code, stderr.slice(stderr.indexOf("error ")).trim().split("\n")]).toEqual([
        13,
        [
          expect.stringMatching(/^error The state folder \S+ could not be used: EROFS: read-only file system/),
          "  Set OFFSHOOT_HOME to a folder that you own and can write to.",
        ],
      ]);
    }
    for (const command of ["list", "down", "sweep --yes"]) expect((await offshoot(command, { OFFSHOOT_HOME: folder })).code).toBe(0);
  } finally {
    execFileSync("umount", ["--lazy", folder]);
  }
});

test("a full disk is one error without a stack, and leaves no part of a data directory", { tags: "proof" }, async (context) => {
  context.skip(!isRoot || process.platform !== "linux", "only root can mount a small disk");
  // The idle reaper of a server that did not start still has the folder open, so it is unmounted with `--lazy`.
  for (const size of ["4k", "8m", "40m"]) {
    const folder = await folderForTest();
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", folder]);
    try {
      const { code, stderr } = await offshoot("run -- true", { HOME: folder, OFFSHOOT_HOME: folder });
      expect([code, stderr]).toEqual([
        13,
        expect.stringMatching(/^error .*(The disk of the folder \S+ is full \(\d+ MB free\)|the disk of the Postgres server is full)\.$/m),
      ]);
      expect(stderr).not.toContain("    at ");
      expect(await offshoot("down", { HOME: folder, OFFSHOOT_HOME: folder })).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^not-found/),
      });
      expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith("postmaster.pid"))).toEqual([]);
      expect((await readdir(folder, { recursive: true })).filter((name) => /new-|\.lock/.test(name))).toEqual([]);
    } finally {
      execFileSync("umount", ["--lazy", folder]);
    }
  }
});

test.runIf(canRunAsNobody)("a user id without a name gets a remedy that names the missing entry, and reading commands work", async () => {
  const place = await folderForTest(0o777);
  const up = await offshoot("up", { HOME: "/", TMPDIR: place }, NAMELESS);
  expect(up.code).toBe(13);
  expect(up.stderr).toMatch(/^ {2}The user id 12345 of this process has no entry in \/etc\/passwd/m);
  expect(up.stderr).toMatch(/^ {2}Add the entry, as root: echo 'runner:x:12345:0::/m);
  // Without HOME too, where the system has no home folder for the user.
  for (const command of ["list", "down", "sweep"]) expect((await offshoot(command, { TMPDIR: place }, NAMELESS)).code).toBe(0);
});

const user = nobody ?? NAMELESS;

/** What a neighbour can put in the place of the folder that offshoot uses in a shared temporary directory. */
const ATTACKS: readonly (readonly [string, (folder: string, victims: string) => Promise<unknown>, string])[] = [
  ["a link to a folder of the user", (folder, victims) => symlink(victims, folder), "it is a symbolic link"],
  ["a link to nothing", (folder) => symlink("/nonexistent/folder", folder), "it is a symbolic link"],
  ["a folder of the neighbour", (folder) => mkdir(folder, { mode: 0o777 }), "it belongs to another user"],
  [
    "a folder of the user that everybody can write to",
    async (folder) => {
      await mkdir(folder);
      await chown(folder, user.uid, user.gid);
      await chmod(folder, 0o777);
    },
    "other users can write to it",
  ],
];

test.runIf(canRunAsNobody).each(ATTACKS)("%s in the place of the temporary state folder is refused", async (_, attack, reason) => {
  const place = await folderForTest(0o1777);
  const victims = await folderForTest();
  await chown(victims, user.uid, user.gid);
  await attack(join(place, `offshoot-${user.uid}`), victims);
  const env = { HOME: "/nonexistent", TMPDIR: place };
  const { code, stderr } = await offshoot("up", env, user);
  expect([code, stderr]).toEqual([
    13,
    expect.stringContaining(`The state folder ${join(place, `offshoot-${user.uid}`)} is not safe: ${reason}.`),
  ]);
  expect(await readdir(victims)).toEqual([]);
  for (const command of ["list", "down", "sweep --yes"]) expect((await offshoot(command, env, user)).code).toBe(0);
});

test.runIf(isRoot)("what another user put into an open state folder is refused, and an open folder is closed", async () => {
  const home = await folderForTest(0o777);
  await mkdir(join(home, "postgres-18"));
  await chown(join(home, "postgres-18"), NAMELESS.uid, NAMELESS.gid);
  const env = { HOME: home, OFFSHOOT_HOME: home };
  const { code, stderr } = await offshoot("up", env);
  expect([code, stderr]).toEqual([
    13,
    expect.stringContaining(`The state folder ${home} is not safe: postgres-18 in it belongs to another user.`),
  ]);
  for (const command of ["list", "down", "sweep --yes"]) expect((await offshoot(command, env)).code).toBe(0);
  await rm(join(home, "postgres-18"), { recursive: true });
  expect(await offshoot("run -- true", env)).toMatchObject({ code: 0 });
  expect((await stat(home)).mode & 0o777).toBe(0o755);
});

test.runIf(canRunAsNobody).each([
  ["HOME that does not exist", { HOME: "/nonexistent" }],
  ["no HOME, and locales that are not installed", { LC_ALL: "de_AT.UTF-8", LANG: "xx_YY" }],
])("works with %s", async (_, env) => {
  const place = await folderForTest(0o1777);
  const all = { TMPDIR: place, ...env };
  // `nobody` has a home folder in some systems, so another uses the temporary directory only without one.
  expect(await offshoot("run -- true", all, user)).toMatchObject({ code: 0 });
});

test("works with a state folder whose path has more than 130 characters", async () => {
  const place = await folderForTest();
  const long = join(place, ...Array.from({ length: 10 }, () => "a-folder-name-that-is-long"));
  expect(long.length).toBeGreaterThan(130);
  expect(await offshoot("run -- true", { HOME: place, OFFSHOOT_HOME: long })).toMatchObject({ code: 0 });
});
