// @module-tag proof
import { expect, onTestFinished, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { startMock } from "../../support/mock-server.ts";

const MIGRATIONS = `migrations:
  command: psql -X -v ON_ERROR_STOP=1 -q -c 'create table if not exists migrated (id int)' "$DATABASE_URL"
  files: [offshoot.yaml]
`;

async function migrated(provider: string): Promise<Project> {
  const mock = provider === "neon" ? await startMock("--postgres", "--operation-time", "50") : undefined;
  const project = await makeProject({ OFFSHOOT_PROVIDER: provider, ...mock?.env });
  onTestFinished(async () => {
    await project.remove();
    await mock?.stop();
  });
  await project.write("offshoot.yaml", MIGRATIONS);
  expect(await project.offshoot(["up", "--migrate"])).toMatchObject({ code: 0 });
  return project;
}

/** What the commands that failed said. */
async function atOnce(project: Project, ...commands: readonly (readonly string[])[]): Promise<readonly string[]> {
  const ended = await Promise.all(commands.map((command) => project.offshoot(command)));
  return ended.flatMap(({ code, stderr }) => (code === 0 ? [] : [stderr]));
}

test.each([
  ["embedded", 3],
  ["neon", 1],
] as const)(
  "two resets at once on %s both end well",
  async (provider, rounds) => {
    const project = await migrated(provider);
    for (let round = 0; round < rounds; round += 1) expect(await atOnce(project, ["reset"], ["reset"])).toEqual([]);
    expect(await atOnce(project, ["reset", "--force"], ["reset", "--force"])).toEqual([]);
  },
  180_000,
);

test("a reset and a restore at once both end well", async () => {
  const project = await migrated("embedded");
  expect(await project.offshoot(["snapshot", "before"])).toMatchObject({ code: 0 });
  for (let round = 0; round < 2; round += 1) expect(await atOnce(project, ["reset"], ["restore", "before"])).toEqual([]);
}, 120_000);

test("a reset and a down at once: the reset ends well or says that the database does not exist", async () => {
  const project = await migrated("embedded");
  // Without it, the last `down` stops the server.
  expect(await project.offshoot(["up", "--run", "other"])).toMatchObject({ code: 0 });
  const failed = await atOnce(project, ["reset"], ["down", "--force"]);
  expect(failed.filter((stderr) => !stderr.includes("There is no database for the run test"))).toEqual([]);
}, 120_000);
