import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { descendantsOf, lineageOf, listProcesses, type Process } from "../../../src/process/processes.ts";

test("a process of this machine is listed with its parent and command line, from /proc and from ps", async () => {
  const child = spawn("sleep", ["123"], { stdio: "ignore" });
  try {
    const found = async (platform: NodeJS.Platform): Promise<Process | undefined> =>
      (await listProcesses(process.env, platform)).find(({ pid }) => pid === child.pid);
    for (const platform of ["linux", "darwin"] as const) {
      expect(await found(platform)).toMatchObject({ parent: process.pid, command: "sleep 123", name: "sleep", isZombie: false });
    }
    const all = await listProcesses(process.env);
    expect(descendantsOf(process.pid, all).map(({ pid }) => pid)).toContain(child.pid);
    expect(lineageOf(child.pid ?? 0, all).has(process.pid)).toBe(true);
  } finally {
    child.kill("SIGKILL");
  }
});
