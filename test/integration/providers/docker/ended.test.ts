import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { withSession } from "../../../support/session.ts";
import { dockerProvider } from "../../../../src/providers/docker/docker.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { docker, testImage } from "../../../support/docker.ts";
import { listening, wantedBy } from "../requests.ts";

const IMAGE = await testImage(18);

const isListed = async (id: string): Promise<boolean> => (await docker("ps", "--all", "--quiet", "--filter", `id=${id}`)) !== "";

/** The container of the project: no other has a port that its run uses. */
const containerOf = async (project: Project, run: string): Promise<string> => {
  const { stdout } = await project.offshoot(["env", "--run", run, "--format", "json"]);
  const port = /:(\d+)\//.exec(stdout)?.[1];
  const listed = await docker("ps", "--format", "{{.ID}} {{.Ports}}");
  return (
    listed
      .split("\n")
      .find((line) => line.includes(`:${port}->`))
      ?.split(" ")[0] ?? ""
  );
};

describe.runIf(IMAGE !== undefined)("a container that was ended from outside", { tags: "proof" }, () => {
  const projects: Project[] = [];
  afterAll(async () => {
    for (const project of projects) await project.remove();
  });

  async function projectWithDocker(): Promise<Project> {
    const project = await makeProject({ OFFSHOOT_PROVIDER: "docker", OFFSHOOT_DOCKER_IMAGE: IMAGE ?? "" });
    projects.push(project);
    return project;
  }

  test.each(["kill", "stop"])("is removed by `run` with a warning after `docker %s`", async (how) => {
    const project = await projectWithDocker();
    const running = project.start(["run", "--run", how, "--", "sh", "-c", "echo started; until test -e ended; do sleep 0.1; done"]);
    await running.until("started");
    const id = await containerOf(project, how);
    await docker(how, id);
    await project.write("ended", "");
    const { code, stderr } = await running.finished;
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^warning {2}The container offshoot-\S+ had ended \(exit status \d+\)\. Its databases were lost, and it was removed\.$/m,
    );
    expect(await isListed(id)).toBe(false);
  });

  test("is removed by `down`, which says so, and a second `down` finds nothing", async () => {
    const project = await projectWithDocker();
    await project.offshoot(["up", "--run", "one"]);
    const id = await containerOf(project, "one");
    await docker("kill", id);
    const down = await project.offshoot(["down", "--run", "one"]);
    expect([down.code, down.stdout.split(" ")[0]]).toEqual([0, "deleted"]);
    expect(down.stderr).toContain("Its databases were lost, and it was removed.");
    expect(await isListed(id)).toBe(false);
    expect((await project.offshoot(["down", "--run", "one"])).stdout).toMatch(/^not-found/);
  });

  test("is in the plan of `sweep`, and is removed with --yes", async () => {
    const project = await projectWithDocker();
    await project.offshoot(["up", "--run", "two"]);
    const id = await containerOf(project, "two");
    await docker("kill", id);
    expect((await project.offshoot(["sweep"])).stdout).toMatch(
      /^delete {2}docker .* its creation or deletion did not finish, or its server has ended$/m,
    );
    expect((await project.offshoot(["sweep", "--yes"])).stdout).toMatch(/^deleted {2}docker/m);
    expect(await isListed(id)).toBe(false);
  });

  test("is removed by the idle reaper when no command follows", async () => {
    const project = await projectWithDocker();
    await project.offshoot(["up", "--run", "three"]);
    const id = await containerOf(project, "three");
    const { stdout } = await project.offshoot(["env", "--run", "three", "--format", "json"]);
    const url = (JSON.parse(stdout) as Record<string, string>)["DATABASE_URL"] ?? "";
    const reapers = (): Promise<number> =>
      withSession(
        url,
        async (session) => (await session.query("select from pg_stat_activity where application_name = 'offshoot idle reaper'")).length,
      );
    await expect.poll(reapers, { timeout: 30_000 }).toBe(1);
    await docker("kill", id);
    await expect.poll(() => isListed(id), { timeout: 40_000 }).toBe(false);
  });
});

test("an engine that never answers is skipped after five seconds", async () => {
  const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const folder = await mkdtemp(join(tmpdir(), "offshoot-engine-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const env = { ...process.env, DOCKER_HOST: `tcp://127.0.0.1:${port}`, HOME: folder };
  const start = performance.now();
  const provider = dockerProvider({ env, idleMs: 60_000, baseTtlMs: 60_000 });
  expect(await provider.acquire(wantedBy("silent"), listening())).toMatchObject({ kind: "refusal", mayFallBack: true });
  expect(performance.now() - start).toBeLessThan(6500);
});
