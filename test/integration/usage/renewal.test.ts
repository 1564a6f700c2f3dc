// @module-tag proof
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let project: Project;

beforeAll(async () => {
  // The idle reaper looks every 0.5 s.
  project = await makeProject({ OFFSHOOT_TIMEOUTS_IDLE: "2s" });
});
afterAll(() => project.remove());

const QUERY = `
  const { default: pg } = await import(${JSON.stringify(import.meta.resolve("pg"))});
  await new Promise((done) => setTimeout(done, 6000));
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  console.log(JSON.stringify((await client.query("select 'still ' || 'here' as text")).rows));
  await client.end();
`;

test("a run that lasts longer than its time to live keeps its database, and deletes it at its end", async () => {
  const { code, stdout, stderr } = await project.offshoot([
    "run",
    "--ttl",
    "1s",
    "--",
    process.execPath,
    "--input-type=module",
    "-e",
    QUERY,
  ]);
  expect([code, stdout]).toEqual([0, '[{"text":"still here"}]\n']);
  expect(stderr).toContain("database deleted");
});

test("the expiry of a run that was killed is ten minutes after its last renewal at the latest", async () => {
  const running = project.start(["run", "--ttl", "1s", "--", "sh", "-c", "sleep 1; echo ready; sleep 60"]);
  await running.until("ready");
  const { stdout } = await project.offshoot(["list", "--json"]);
  const [{ expiresAt, sessions } = { expiresAt: "", sessions: 0 }] = JSON.parse(stdout) as { expiresAt: string; sessions: number }[];
  const leftMs = Date.parse(expiresAt) - Date.now();
  expect(leftMs).toBeGreaterThan(9 * 60_000);
  expect(leftMs).toBeLessThanOrEqual(10 * 60_000);
  expect(sessions).toBe(1);
  running.child.kill("SIGTERM");
  await running.finished;
});
