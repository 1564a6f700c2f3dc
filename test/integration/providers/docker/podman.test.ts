// @module-tag proof
// The judge is Podman itself, on a PATH without docker: what it lists, and what offshoot says about it.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type Podman, startPodman } from "../../../support/podman.ts";

const engine = await startPodman();

describe.runIf(engine !== undefined)("with Podman and without Docker", () => {
  // Without Podman the tests are skipped, but this function runs.
  const { image, env, podman, remove } = engine ?? ({} as Podman);
  let project: Project;

  const newProject = async (more: Readonly<Record<string, string>> = {}): Promise<Project> =>
    makeProject({ OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: image, ...env, ...more });
  const containers = async (): Promise<readonly string[]> =>
    (await podman("ps", "--all", "--format", "{{.Names}}")).split("\n").filter((name) => name !== "");

  beforeAll(async () => {
    project = await newProject();
    await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
    await mkdir(join(project.directory, "migrations"));
    await project.write("migrations/1.sql", "create table notes (id int primary key)");
  });
  afterAll(async () => {
    await project?.remove();
    await remove();
  });

  test("`run` migrates a database in a container, shares it with runs beside it, and leaves none", { timeout: 120_000 }, async () => {
    const command = ["sh", "-c", "podman ps --format '{{.Names}}'; sleep 2"];
    const runs = await Promise.all(["one", "two", "three"].map((run) => project.offshoot(["run", "--run", run, "--", ...command])));
    expect(runs).toMatchObject(runs.map(() => ({ code: 0, stderr: expect.stringContaining("migrations ran") })));
    expect(new Set(runs.map(({ stdout }) => stdout.trim().split("\n").at(-1))).size).toBe(1);
    expect(await containers()).toEqual([]);
  });

  test("`up`, `list`, `status`, `doctor` and `down` work, and the container stops without a wait for its sessions", async () => {
    expect(await project.offshoot(["up"])).toMatchObject({ code: 0 });
    const [name = ""] = await containers();
    // SIGINT: Postgres ends its sessions. `podman rm --force` waits for ten seconds after the signal of the container.
    expect(await podman("inspect", "--format", "{{.Config.StopSignal}}", name)).toMatch(/^(2|SIGINT)$/);
    expect((await project.offshoot(["list"])).stdout).toContain(name);
    expect((await project.offshoot(["status"])).stdout).toContain("docker, Postgres 15");
    expect((await project.offshoot(["doctor"])).stdout).toContain("The engine answers");
    expect(await project.offshoot(["down"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^deleted/) });
    expect(await containers()).toEqual([]);
  });

  test("a container that was killed is replaced, and one that was killed before `down` is removed", { timeout: 60_000 }, async () => {
    await project.offshoot(["up"]);
    await podman("kill", ...(await containers()));
    expect((await project.offshoot(["list"])).stdout).toContain("broken");
    expect(await project.offshoot(["up"])).toMatchObject({ code: 0 });
    await podman("kill", ...(await containers()));
    const down = await project.offshoot(["down"]);
    expect([down.code, down.stderr]).toEqual([0, expect.stringContaining("Its databases were lost, and it was removed.")]);
    expect(await containers()).toEqual([]);
  });

  test("the commands that errors advise are those of Podman, and work", async () => {
    await project.offshoot(["up"]);
    const [name = ""] = await containers();
    await podman("rm", "--force", "--time", "0", name);
    await podman("create", "--name", name, image);
    const foreign = await project.offshoot(["up"]);
    expect(foreign).toMatchObject({ code: 14, stderr: expect.stringContaining("exists without the label") });
    const advised = /or remove it with `podman ([^`]+)`/.exec(foreign.stderr)?.[1] ?? "";
    await podman(...advised.split(" "));
    expect(await containers()).toEqual([]);

    const other = await newProject({ OFFSHOOT_DOCKER_IMAGE: "127.0.0.1:1/missing:15" });
    onTestFinished(() => other.remove());
    const missing = await other.offshoot(["up"]);
    expect([missing.code, missing.stderr]).toEqual([13, expect.stringContaining("Run `podman pull 127.0.0.1:1/missing:15`")]);
  });
});
