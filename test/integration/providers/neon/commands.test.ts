// @module-tag proof
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";

let mock: MockServer;
let project: Project;
beforeAll(async () => {
  mock = await startMock("--postgres", "--operation-time", "50");
  await mock.control("POST", "switches", { snapshotsOfChildren: true });
  project = await makeProject({ OFFSHOOT_PROVIDER: "neon", ...mock.env });
  await project.write("offshoot.yaml", `migrations:\n  command: "true"\n  files: [offshoot.yaml]\n`);
});
afterAll(async () => {
  await project.remove();
  await mock.stop();
});

/** Each command that connects to Neon or its API, in an order in which each one succeeds. */
const COMMANDS: readonly (readonly string[])[] = [
  ["up"],
  ["url"],
  ["env"],
  ["status"],
  ["migrate"],
  ["wait"],
  ["audit"],
  ["extend", "--ttl", "10d"],
  ["drift"],
  ["snapshot", "before"],
  ["snapshot", "--list"],
  ["restore", "before"],
  ["reset"],
  ["clone", "worker"],
  ["clone", "--delete", "worker"],
  ["list"],
  ["sweep"],
  ["doctor"],
  ["run", "--run", "whole", "--", "true"],
  ["down"],
];

test("no command shows a warning of the driver about TLS, or of Node.js", async () => {
  const seen: unknown[] = [];
  for (const args of COMMANDS) {
    const { code, stderr } = await project.offshoot(args);
    seen.push([
      args.join(" "),
      code,
      /SECURITY WARNING|\(node:\d+\)|DeprecationWarning|sslmode.*alias/i.exec(stderr)?.[0],
      code === 0 ? "" : stderr,
    ]);
  }
  expect(seen).toEqual(COMMANDS.map((args) => [args.join(" "), 0, undefined, ""]));
}, 600_000);

test("`up` and `list` show the id of the branch and its page in Neon's console", async () => {
  const up = await project.offshoot(["up", "--run", "shown"]);
  const [branch] = (await mock.branches()).filter(({ name }) => /\/shown(?:--|$)/.test(name));
  const page = `${new URL(mock.url).origin}/app/projects/${mock.projectId}/branches/${branch?.id}`;
  expect(up.stdout).toContain(`branch    ${branch?.id}\nconsole   ${page}\n`);
  const listed = JSON.parse((await project.offshoot(["list", "--json"])).stdout) as readonly {
    readonly id: string;
    readonly consoleUrl: string;
  }[];
  expect(listed.find(({ id }) => id === branch?.id)?.consoleUrl).toBe(page);
});
