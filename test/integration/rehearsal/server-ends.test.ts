// @module-tag proof
// Real servers that are killed while a command works with them.
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
}, 120_000);
afterAll(() => project.remove());

const read = (file: string): Promise<string> => readFile(file, "latin1").catch(() => "");

/** A session that the server's title calls busy for so long runs the migration: no other statement takes longer here. */
const LONG_MS = 3000;

/** Waits until a session of the local server runs a long SELECT, and returns the process of the server. */
async function busyServer(): Promise<number> {
  const home = project.env["OFFSHOOT_HOME"] ?? "";
  const since = new Map<string, number>();
  for (;;) {
    const busy = new Set<string>();
    for (const folder of await readdir(home).catch(() => [])) {
      const server = Number((await read(join(home, folder, "data/postmaster.pid"))).split("\n")[0]);
      for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
        const [status, title] = await Promise.all(["status", "cmdline"].map((name) => read(`/proc/${pid}/${name}`)));
        if (!(server > 0) || !status?.includes(`PPid:\t${server}\n`) || !/^postgres: .* SELECT/.test(title ?? "")) continue;
        busy.add(pid);
        if (!since.has(pid)) since.set(pid, performance.now());
        if (performance.now() - (since.get(pid) ?? Infinity) > LONG_MS) return server;
      }
    }
    for (const pid of since.keys()) if (!busy.has(pid)) since.delete(pid);
    await pause(200);
  }
}

test.runIf(process.platform === "linux").each([[["rehearse"]], [["diff"]]])(
  "%j names the server that is killed in the middle, without a stack",
  { timeout: 120_000 },
  async (args) => {
    await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
    await project.write("migrations/001_slow.sql", "select pg_sleep(60);\n");
    const { finished } = project.start(args);
    process.kill(await busyServer(), "SIGKILL");
    const { code, stderr } = await finished;
    expect({ code, stderr }).toMatchObject({
      code: 13,
      stderr: expect.stringMatching(/error (?:The Postgres server at|A server that this command uses)/),
    });
    expect(stderr).not.toMatch(/unexpected error|\n\s+at /);
    expect((await project.offshoot(["down"])).stderr).not.toContain("unexpected error");
  },
);
