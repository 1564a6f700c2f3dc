import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";

let mock: MockServer;
let project: Project;
beforeAll(async () => {
  mock = await startMock();
  project = await makeProject({ OFFSHOOT_PROVIDER: "neon", ...mock.env });
});
afterAll(async () => {
  await project.remove();
  await mock.stop();
});

test("a branch of somebody else with the run's name is reported beside `none`, and beside an unknown run", async () => {
  const { name } = JSON.parse((await project.call(["status", "--json"])).stdout) as { readonly name: string };
  const [branch] = (await mock.control("POST", "branches", { branches: [{ name }] })) as readonly { readonly id: string }[];
  const said = `The branch ${name} (${branch?.id}, created by`;
  const shown = await project.call(["status"]);
  expect([shown.code, shown.stdout]).toEqual([
    0,
    expect.stringMatching(/^database {4}none\n {12}The branch .* not the owner tag of offshoot/m),
  ]);
  expect(shown.stdout).toContain(said);
  expect(JSON.parse((await project.call(["status", "--json"])).stdout)).toMatchObject({
    database: null,
    foreign: expect.stringContaining(said),
  });
  const env = await project.call(["env"]);
  expect([env.code, env.stderr]).toEqual([
    2,
    expect.stringMatching(/warning .*not the owner tag of offshoot[^]*There is no database for the run/),
  ]);
});
