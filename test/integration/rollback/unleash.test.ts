// @module-tag proof
import { symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { findPeer } from "../../support/peers.ts";

/** The 374 migrations in the npm package of Unleash, written over ten years in many styles. */
const migrations = findPeer("unleash");

let project: Project;

beforeAll(async () => {
  if (migrations === undefined) return;
  project = await makeProject();
  await project.write("package.json", JSON.stringify({ dependencies: { "db-migrate": "*", "db-migrate-pg": "*" } }));
  await symlink(migrations, join(project.directory, "migrations"));
  await symlink(dirname(dirname(dirname(migrations))), join(project.directory, "node_modules"));
});

afterAll(() => (migrations === undefined ? undefined : project.remove()));

describe.runIf(migrations !== undefined)("the migrations of Unleash", () => {
  test("run once for six parallel jobs that detect the tool themselves", { timeout: 180_000 }, async () => {
    await project.offshoot(["up"]);
    const jobs = await Promise.all(Array.from({ length: 6 }, () => project.offshoot(["migrate", "--json"])));
    expect(jobs.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(Array.from({ length: 6 }, () => ""));
    const states = jobs.map(({ stdout }) => (JSON.parse(stdout) as { state: string }).state);
    expect(states.filter((state) => state === "ran")).toHaveLength(1);
    await project.offshoot(["down"]);
  });

  test("can be rolled back, the newest ten of 374", { timeout: 300_000 }, async () => {
    const { stdout, code } = await project.offshoot(["rollback-check", "--json", "--last", "10"]);
    const { steps } = JSON.parse(stdout) as { steps: { step: string; verdict: string }[] };
    expect([code, steps.map(({ verdict }) => verdict)]).toEqual([0, Array.from({ length: 10 }, () => "identical")]);
  });
});
