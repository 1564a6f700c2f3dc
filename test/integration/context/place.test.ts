// @module-tag proof
import { readdir, symlink, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { testImage } from "../../support/docker.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { withSession } from "../../support/session.ts";
import { PEER_PACKAGES } from "../../support/peers.ts";

vi.setConfig({ testTimeout: 120_000 });

const IMAGE = await testImage(18);

/** A project that can start several majors. */
async function projectWithMajors(): Promise<Project> {
  const project = await makeProject({ OFFSHOOT_DOCKER_IMAGE: IMAGE ?? "" });
  onTestFinished(() => project.remove());
  await symlink(PEER_PACKAGES, join(project.directory, "node_modules"));
  return project;
}

interface Row {
  readonly provider: string;
  readonly id: string;
}

const runs = async (project: Project, ...args: readonly string[]): Promise<readonly Row[]> =>
  JSON.parse((await project.offshoot(["list", "--json", ...args])).stdout) as readonly Row[];

test("a command for another major uses the run's database where it is, says so, and deletes it", async () => {
  const project = await projectWithMajors();
  const first = await project.offshoot(["up", "--json", "--postgres", "16"]);
  const { id } = JSON.parse(first.stdout) as Row;
  expect(id).toContain("postgres-16/");
  const second = await project.offshoot(["up", "--json", "--postgres", "18"]);
  expect(JSON.parse(second.stdout)).toMatchObject({ id, created: false });
  expect(second.stderr).toMatch(/is on embedded, PostgreSQL 16, where an earlier command with other settings created it/);
  expect((await project.offshoot(["run", "--postgres", "18", "--", "sh", "-c", "echo $OFFSHOOT_DATABASE_ID"])).stdout).toContain(id);
  expect(await runs(project)).toHaveLength(1);
  expect((await project.offshoot(["down", "--postgres", "18"])).stdout).toContain("deleted");
  expect(await runs(project)).toEqual([]);
  // Now nothing is recorded any more, and the settings decide.
  const third = await project.offshoot(["up", "--json", "--postgres", "18"]);
  expect((JSON.parse(third.stdout) as Row).id).toContain("postgres-18/");
});

test.skipIf(IMAGE === undefined)(
  "a command for another local provider finds the run's database, too, and does not use it for tests",
  async () => {
    const project = await projectWithMajors();
    await project.offshoot(["up", "--json", "--provider", "docker"]);
    const found = await project.offshoot(["env", "--json"]);
    expect(found.stdout).toContain("postgresql://");
    const refused = await project.offshoot(["up", "--json"]);
    expect([refused.code, refused.stderr]).toEqual([13, expect.stringContaining("is on docker, and the setting provider is embedded")]);
    expect((await project.offshoot(["down"])).stdout).toContain("deleted");
    expect(await runs(project, "--provider", "docker")).toEqual([]);
  },
);

test("a record of a database that was deleted, or that is damaged, has no effect", async () => {
  const project = await projectWithMajors();
  await project.offshoot(["up", "--postgres", "16"]);
  const folder = join(project.env["OFFSHOOT_HOME"] ?? "", "places");
  const [file = ""] = await readdir(folder);
  const { DATABASE_URL: url = "" } = JSON.parse((await project.offshoot(["env", "--json"])).stdout) as Record<string, string>;
  await withSession(withDatabase(url, "postgres"), (session) => session.query(`drop database "${new URL(url).pathname.slice(1)}"`));
  expect(await runs(project)).toEqual([]);
  const again = await project.offshoot(["up", "--json", "--postgres", "18"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ created: true, id: expect.stringContaining("postgres-18/") });
  for (const damaged of ["", "null", "[]", '{"name": 1}', "x".repeat(10_000)]) {
    await writeFile(join(folder, file), damaged);
    const { code } = await project.offshoot(["env"]);
    expect(code).toBe(0);
  }
});

test("two first commands with different settings at the same time get one database", async () => {
  const project = await projectWithMajors();
  const wishes = ["16", "18", "17", "18", "16"].map((major) => ["--postgres", major, "--provider", "embedded,docker"]);
  if (IMAGE !== undefined) wishes.push(["--provider", "docker,embedded"]);
  const started = await Promise.all(wishes.map((wish) => project.offshoot(["up", "--json", ...wish])));
  expect(started.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(wishes.map(() => ""));
  const databases = started.map(({ stdout }) => JSON.parse(stdout) as Row & { readonly created: boolean });
  expect(new Set(databases.map(({ id }) => id)).size).toBe(1);
  expect(databases.filter(({ created }) => created)).toHaveLength(1);
  expect((await project.offshoot(["down"])).stdout).toContain("deleted");
  expect(await runs(project)).toEqual([]);
});

test.skipIf(IMAGE === undefined)(
  "a command that prefers Docker uses the database that was created before Docker was available",
  async () => {
    const project = await projectWithMajors();
    const both = { OFFSHOOT_PROVIDER: "docker,embedded" };
    const first = JSON.parse(
      (await project.offshoot(["up", "--json"], { ...both, DOCKER_HOST: "unix:///nowhere/docker.sock" })).stdout,
    ) as Row;
    expect(first).toMatchObject({ provider: "embedded" });
    const second = await project.offshoot(["up", "--json"], both);
    expect(JSON.parse(second.stdout)).toMatchObject({ id: first.id, created: false });
    expect((await project.offshoot(["down"], both)).stdout).toContain("deleted");
  },
);

test("a lock of a command that was killed does not keep the next one waiting", async () => {
  const project = await projectWithMajors();
  await project.offshoot(["up"]);
  const folder = join(project.env["OFFSHOOT_HOME"] ?? "", "places");
  const [file = ""] = await readdir(folder);
  await project.offshoot(["down"]);
  const ended = spawnSync(process.execPath, ["-e", ""]).pid;
  await writeFile(join(folder, `${file}.lock`), JSON.stringify({ token: "t", pid: ended, host: hostname() }));
  const start = performance.now();
  expect((await project.offshoot(["up"])).code).toBe(0);
  expect(performance.now() - start).toBeLessThan(10_000);
  await project.offshoot(["down"]);
});
