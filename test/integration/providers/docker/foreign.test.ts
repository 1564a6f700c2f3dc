import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { identityOf } from "../../../../src/providers/docker/container.ts";
import { LOOPBACK } from "../../../../src/providers/docker/endpoint.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { docker, testImage } from "../../../support/docker.ts";

const [IMAGE, OTHER] = [await testImage(15), await testImage(18)];

describe.runIf(IMAGE !== undefined && OTHER !== undefined)("containers and images on a shared engine", { tags: "proof" }, () => {
  const projects: Project[] = [];
  afterAll(async () => {
    for (const project of projects) await project.remove();
  });
  const projectWithDocker = async (): Promise<Project> => {
    const project = await makeProject({ OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: IMAGE ?? "" });
    projects.push(project);
    return project;
  };

  test("containers of others that have our labels are neither listed nor removed", async () => {
    const project = await projectWithDocker();
    await project.offshoot(["up", "--run", "one"]);
    const home = project.env["OFFSHOOT_HOME"] ?? "";
    const { owner } = identityOf(`${process.getuid?.()}\n${home}`, IMAGE ?? "", LOOPBACK);
    const own = (await docker("ps", "--quiet", "--filter", `label=offshoot-owner=${owner}`)).split("\n");
    expect(own).toHaveLength(1);
    const copied = JSON.parse(await docker("inspect", "--format", "{{json .Config.Labels}}", own[0] ?? "")) as Record<string, string>;
    const create = async (name: string, labels: Readonly<Record<string, string>>): Promise<string> => {
      const flags = Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`);
      const id = await docker("create", `--name=${name}`, ...flags, IMAGE ?? "", "true");
      onTestFinished(async () => void (await docker("rm", "--force", id)));
      return id;
    };
    const foreign = [
      await create(`victim-${owner}`, copied),
      await create(`offshoot-victim-of-${owner}-x`, copied),
      await create(`offshoot-hostile-${owner}`, { ...copied, "offshoot-kind": "a\n::error::b" }),
    ];
    // Longer than a process has for the start of a container that it created.
    await new Promise((resolve) => setTimeout(resolve, 16_000));
    expect((await project.offshoot(["list"])).stdout).not.toMatch(/victim|hostile/);
    await project.offshoot(["sweep", "--all-repositories", "--yes"]);
    await project.offshoot(["down", "--run", "one"]);
    for (const id of foreign) expect(await docker("ps", "--all", "--quiet", "--filter", `id=${id}`)).not.toBe("");
  });

  test("a run keeps its database when a later command has another image", async () => {
    const project = await projectWithDocker();
    await project.offshoot(["up", "--run", "two"]);
    const again = await project.offshoot(["up", "--run", "two", "--set", `docker.image=${OTHER}`, "--postgres", "18"]);
    expect(again.stderr).toContain("is on docker, PostgreSQL 15, where an earlier command with other settings created it");
    const { stdout } = await project.offshoot(["list", "--json"]);
    expect(JSON.parse(stdout)).toHaveLength(1);
    await project.offshoot(["down", "--run", "two"]);
  });
});
