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
    "a snapshot of a branch with a parent: 422",
    "a branch with the schema only: 201",
    "a snapshot of a root branch: 200",
    "a branch of a snapshot: 200",
    "a deletion of a snapshot: 202",
    "a past state before the history: 400",
    "a past state in the future: 400",
    "an LSN before the history: 201",
    "a reset to the parent: 200",
    "an anonymized branch with a masking rule: 201",
    "the masking rules of that branch: 200",
    "the state of its anonymization: 200",
    "what Neon refuses for it: 200",
    "the URL of Neon Auth: 404",
    "the URL of the Data API: 404",
    "the project and its owner: 200",
    "the route of the limits: 200",
  ]);
  expect(rows.find((row) => row.includes("annotation"))).toContain("| kept |");
  expect(rows.find((row) => row.includes("a snapshot of a root"))).toContain("| its expiry is kept |");
  expect(rows.find((row) => row.includes("a branch of a snapshot"))).toContain("| restored_from is set |");
  expect(rows.find((row) => row.includes("a reset to"))).toContain("same id");
  expect(rows.find((row) => row.includes("what Neon refuses"))).toContain("restore");
  for (const secret of [mock.apiKey, mock.projectId, "npg_", "br-", "ep-", "snap-"]) expect(rows.join("\n")).not.toContain(secret);
  expect((await mock.branches()).map(({ name }) => name)).toEqual(["main"]);
});
