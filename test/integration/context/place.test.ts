// @module-tag proof
import { readdir, symlink, writeFile } from "node:fs/promises";
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

test.skipIf(IMAGE === undefined)("a command for another local provider finds the run's database, too", async () => {
  const project = await projectWithMajors();
  const { id } = JSON.parse((await project.offshoot(["up", "--json", "--provider", "docker"])).stdout) as Row;
  const found = await project.offshoot(["env", "--json"]);
  expect(found.stdout).toContain("postgresql://");
  const adopted = await project.offshoot(["up", "--json"]);
  expect(JSON.parse(adopted.stdout)).toMatchObject({ id, provider: "docker", created: false });
  expect((await project.offshoot(["down"])).stdout).toContain("deleted");
  expect(await runs(project, "--provider", "docker")).toEqual([]);
});

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
