// @module-tag proof
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MockServer, startMock } from "../../support/mock-server.ts";

const run = promisify(execFile);
const ROOT = new URL("../../..", import.meta.url).pathname;

let mock: MockServer;
beforeAll(async () => {
  mock = await startMock("--operation-time", "50");
});
afterAll(() => mock.stop());

test("the report of test:live has each fact, shows no secret, and leaves no branch", async () => {
  await mock.control("POST", "switches", { softDelete: true, deletedNameBlocks: true });
  const command = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/live/vitest.config.ts", "test/live/facts.test.ts"];
  const { stdout } = await run(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...mock.env } });
  const rows = stdout.split("\n").filter((line) => /^\| .* \| \d{3} \|/.test(line));
  expect(rows.map((row) => row.split(" | ").slice(0, 2).join(": ").replace(/^\| /, ""))).toEqual([
    "the reply has a Date header: 201",
    "the annotation of a create is kept: 200",
    "a second branch with the same name: 409",
    "an expiry in the past: 422",
    "an expiry in a second: 201",
    "an expiry in 31 days: 422",
    "a child of a branch that expires: 422",
    "a connection URI for an unknown database: 404",
    "a connection URI for an unknown role: 404",
    "a connection URI for the usual names: 200",
    "a deletion while the branch is created: 200",
    "a deletion: 200",
    "the name of a branch that was deleted: 409",
    "a list with include_deleted: 200",
    "a deletion with hard_delete: 200",
    "the name of a branch that was deleted with hard_delete: 201",
  ]);
  expect(rows.find((row) => row.includes("annotation"))).toContain("| kept |");
  for (const secret of [mock.apiKey, mock.projectId, "npg_", "br-", "ep-"]) expect(rows.join("\n")).not.toContain(secret);
  expect((await mock.branches()).map(({ name }) => name)).toEqual(["main"]);
});
