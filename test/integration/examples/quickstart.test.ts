// @module-tag proof
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

const execute = promisify(execFile);
const quickstart = new URL("../../../examples/outbox/quickstart.js", import.meta.url).pathname;

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});

afterAll(() => project.remove());

test("the quickstart runs the migrations once for eight jobs, and a second quickstart does not run them", async () => {
  const first = await execute(process.execPath, [quickstart], { env: project.env });
  expect(first.stdout).toMatch(/^database +1 job created \S+, 7 adopted it$/m);
  expect(first.stdout).toMatch(/^migrations +1 job ran them, /m);
  expect(first.stdout).toMatch(/^tests +8 passed /m);
  expect(first.stdout).toMatch(/^total +\d+\.\d s$/m);
  const second = await execute(process.execPath, [quickstart], { env: project.env });
  expect(second.stdout).toMatch(/^migrations +none to run/m);
  for (const { stdout, stderr } of [first, second]) expect(stdout + stderr).not.toMatch(/:\/\/[^\s/]*:[^\s/]*@/);
  const left = await project.offshoot(["list", "--json"]);
  expect((JSON.parse(left.stdout) as { kind: string }[]).filter(({ kind }) => kind !== "base")).toEqual([]);
}, 300_000);
