// @module-tag proof
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { closedFolder, parseAccount } from "../../../../src/providers/local/cluster/account.ts";
import { listening, wantedBy } from "../requests.ts";
import { bareProject } from "../../../support/bare-project.ts";
import { homeForTest, MAJOR, ROOT } from "./homes.ts";
import { answerOf, startJob } from "../jobs.ts";

const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? parseAccount((await readFile("/etc/passwd", "utf8")).replace(/^postgres:.*$/m, "")) : undefined;

test("makes the library links that an install script should have made", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const { folder, missingLinks } = await bareProject(0o755);
  const answer = await home.provider({ cwd: folder }).acquire(wantedBy("links"), listening());
  expect(answer).toMatchObject({ kind: "database", postgresMajor: MAJOR });
  expect(missingLinks.length).toBeGreaterThan(0);
  for (const link of missingLinks) expect((await stat(link)).isFile()).toBe(true);
});

test.runIf(isRoot)("starts for root from a checkout that the server's user cannot enter", async () => {
  const home = await homeForTest();
  const { folder } = await bareProject(0o700);
  const answer = await home.provider({ cwd: folder }).acquire(wantedBy("closed"), listening());
  expect(answer).toMatchObject({ kind: "database", postgresMajor: MAJOR });
  const running = await readFile(join(home.cluster.data, "postmaster.opts"), "utf8");
  expect(running).toContain(join(home.folder, "binaries"));
});

test.runIf(isRoot)("fails with the folder's name when the server's user cannot enter the state folder", async () => {
  const home = await homeForTest();
  await chmod(home.folder, 0o700);
  const failure = home.provider().acquire(wantedBy("shut"), listening());
  await expect(failure).rejects.toMatchObject({ code: "POSTGRES_START_FAILED", message: expect.stringContaining(home.folder) });
});

test.runIf(isRoot && process.platform === "linux")("reports a full disk with the folder and the free space", async () => {
  const home = await homeForTest();
  const folder = join(home.folder, "small");
  await mkdir(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]);
  onTestFinished(() => void execFileSync("umount", [folder]));
  await chmod(folder, 0o755);
  const job = startJob({ key: "full", home: folder });
  await expect(answerOf(job)).rejects.toThrow(/DISK_FULL[\s\S]*small[\s\S]*MB free|small[\s\S]*MB free[\s\S]*DISK_FULL/);
});

const canRunAsNobody = nobody !== undefined && (await closedFolder(nobody, ROOT)) === undefined;

test.runIf(canRunAsNobody)("runs a server as an ordinary user, with and without a home folder", async () => {
  const { uid, gid } = nobody as { uid: number; gid: number };
  const home = await homeForTest();
  await chown(home.folder, uid, gid);
  const first = await answerOf(startJob({ key: "plain", home: home.folder, uid, gid }));
  expect(first).toMatchObject({ origin: "created", postgresMajor: MAJOR });
  expect(await stat(home.cluster.password)).toMatchObject({ uid });
  expect(await stat(home.cluster.data)).toMatchObject({ uid });
  const env = { OFFSHOOT_HOME: "", XDG_STATE_HOME: "", HOME: "/nonexistent", TMPDIR: home.folder };
  const homeless = startJob({ key: "homeless", home: undefined, uid, gid, env });
  expect(await answerOf(homeless)).toMatchObject({ origin: "created" });
  const own = join(home.folder, `offshoot-${uid}`);
  expect((await stat(own)).mode & 0o777).toBe(0o700);
  const pid = Number((await readFile(join(own, `postgres-${MAJOR}`, "data", "postmaster.pid"), "utf8")).split("\n")[0]);
  process.kill(pid, "SIGINT");
});

test.runIf(canRunAsNobody)("fails with OFFSHOOT_HOME in its remedy when the folder belongs to another user", async () => {
  const { uid, gid } = nobody as { uid: number; gid: number };
  const home = await homeForTest();
  const job = startJob({ key: "foreign", home: home.folder, uid, gid });
  await expect(answerOf(job)).rejects.toThrow(/OFFSHOOT_HOME/);
  if (job.exitCode === null) await once(job, "exit");
});
