import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openLog } from "../../../mocks/actions/log.ts";
import { makeProject } from "../../support/cli.ts";

const GITHUB = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/shop", GITHUB_RUN_ID: "1", CI: "true" };
const project = await makeProject(GITHUB);
afterAll(() => project.remove());

const EVIL = String.raw`::error::evil\n   ::add-mask::offshoot\n##[error]evil\nx ##[add-mask]schema\n::stop-commands::own`;

test("a failed migration issues no command in the log of its job, of a job that starts later, and of the page", async () => {
  const page = join(project.directory, "page.md");
  await project.write("offshoot.yaml", `migrations: { command: "printf '${EVIL.replaceAll("\\", "\\\\")}'; exit 3" }\n`);
  const leader = await project.offshoot(["run", "--keep", "--", "true"], { GITHUB_STEP_SUMMARY: page });
  const later = await project.offshoot(["migrate", "--json"]);
  expect([leader.code, later.code]).toEqual([11, 11]);
  for (const { stdout, stderr } of [leader, later]) {
    expect(stdout + stderr).toContain("evil");
    const log = openLog([]);
    for (const line of `${stderr}${stdout}`.split(/\r\n|\n|\r/)) log.line(line);
    const [ours, ...others] = log.annotations();
    expect(ours?.severity).toBe("error");
    expect(ours?.text).toMatch(/^The migration failed: /);
    expect(others).toEqual([]);
    // The real password of the database is the only kind of value that is masked.
    expect(log.masks().filter((mask) => mask.length < 12)).toEqual([]);
    expect(log.takeFaults()).toEqual([]);
  }
  expect(await readFile(page, "utf8")).toContain("evil");
}, 90_000);

test("the command of run may use workflow commands itself, also after migrations with output", async () => {
  await project.write("offshoot.yaml", `migrations: { command: "printf 'no line break'" }\n`);
  const { code, stdout, stderr } = await project.offshoot(["run", "--", "echo", "::warning file=a.test.ts::slow"], { OFFSHOOT_RUN: "own" });
  expect(code).toBe(0);
  const log = openLog([]);
  for (const line of `${stderr}${stdout}`.split("\n")) log.line(line);
  expect(log.annotations()).toEqual([{ severity: "warning", text: "slow" }]);
  expect(log.text()).toMatch(/no line break\n(?:(?:warning|note) .*\n)*##\[endgroup\]\n/);
}, 60_000);
