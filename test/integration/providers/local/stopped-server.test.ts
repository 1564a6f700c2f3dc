import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { homeForTest } from "./homes.ts";

const run = promisify(execFile);
const BIN = new URL("../../../../bin/offshoot.js", import.meta.url).pathname;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a database on a server that was stopped from outside is reported as such, with what to do, and up finds it", async () => {
  const { folder, cluster } = await homeForTest();
  const offshoot = async (...args: string[]): Promise<Ended> => {
    const env = { PATH: process.env["PATH"], HOME: folder, OFFSHOOT_HOME: folder, OFFSHOOT_PROVIDER: "embedded" };
    try {
      return { code: 0, ...(await run(process.execPath, [BIN, ...args], { env })) };
    } catch (thrown) {
      return thrown as Ended;
    }
  };
  expect((await offshoot("up", "--run", "kept")).code).toBe(0);
  const pid = Number((await readFile(join(cluster.data, "postmaster.pid"), "utf8")).split("\n")[0]);
  process.kill(pid, "SIGQUIT");
  await expect.poll(() => isRunning(pid)).toBe(false);
  const words =
    /does not run\.\n *Something else than offshoot stopped it.*\n *Start it again with `npx offshoot up --run kept`.*`npx offshoot down --run kept`\./;
  for (const command of ["env", "extend", "audit"]) {
    const { code, stderr } = await offshoot(command, "--run", "kept");
    expect([command, code, stderr]).toEqual([command, 13, expect.stringMatching(words)]);
  }
  const shown = await offshoot("status", "--run", "kept");
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(words)]);
  expect(shown.stdout).toContain("database    not known");
  expect(JSON.parse((await offshoot("status", "--run", "kept", "--json")).stdout)).toMatchObject({
    database: null,
    stopped: expect.stringMatching(words) as string,
  });
  expect((await offshoot("up", "--run", "kept")).stderr).toMatch(/adopted/);
  expect((await offshoot("env", "--run", "kept")).code).toBe(0);
  expect(await offshoot("env", "--run", "other")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("There is no database") as string,
  });
  expect((await offshoot("down", "--run", "kept")).code).toBe(0);
});
