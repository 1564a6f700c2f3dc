// @module-tag proof
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, withSession } from "../../../support/session.ts";
import { makeProject, type Project } from "../../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject({ OFFSHOOT_MIGRATIONS_FENCE: "off" });
  await project.offshoot(["up"]);
});

afterAll(() => project.remove());

interface Shown {
  readonly markers: readonly { readonly state: string; readonly owner: { readonly pid: number } }[];
  readonly waiters: readonly { readonly count: number }[];
}

test("status --watch shows the leader, its heartbeat and the waiting jobs, and ends with the migrations", async () => {
  const command = ["migrate", "--", "sh", "-c", "echo begun; sleep 6"];
  const leader = project.start(command);
  await leader.until("begun");
  const waiter = project.start(command);
  await waiter.until("Waiting for");
  const watching = project.start(["status", "--watch", "--json"]);
  const text = project.start(["status", "--watch"]);
  const { stdout, code } = await watching.finished;
  const shown = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Shown);
  expect(code).toBe(0);
  expect(shown.length).toBeGreaterThan(2);
  expect(shown[0]?.markers[0]).toMatchObject({ state: "migrating", owner: { pid: leader.child.pid } });
  expect(shown.some(({ waiters }) => waiters.some(({ count }) => count === 1))).toBe(true);
  expect(shown.at(-1)?.markers[0]?.state).toBe("ready");
  const lines = (await text.finished).stdout;
  expect(lines).toMatch(/^migrations {2}migrating since [\d:]{8} UTC, by .* \(pid \d+\), heartbeat .* ago$/m);
  expect(lines).toMatch(/^waiting {5}.* \(pid \d+\): 1 since [\d:]{8} UTC$/m);
  const [led, waited] = await Promise.all([leader.finished, waiter.finished]);
  expect([led.code, waited.code]).toEqual([0, 0]);
  expect(waited.stderr).toMatch(new RegExp(String.raw`Waiting for .*pid ${leader.child.pid}.*migrating for .*, since [\d:]{8} UTC`));
});

test("status does not show the markers that a copy has from the database from which it was made", async () => {
  const run = ["--run", "copied"];
  await project.offshoot(["up", ...run]);
  const { stdout } = await project.offshoot(["env", ...run, "--json"]);
  const { DATABASE_URL_UNPOOLED: url } = JSON.parse(stdout) as { DATABASE_URL_UNPOOLED: string };
  await project.offshoot(["migrate", ...run, "--", "true"]);
  await withSession(url, (session) =>
    session.query(`insert into offshoot.readiness (database_id, run, fingerprint, state, attempt, epoch, owner, started_at, beat_at)
      select 'copied/1', run, fingerprint, 'migrating', attempt, epoch + 1, owner, started_at, beat_at from offshoot.readiness`),
  );
  const { markers } = JSON.parse((await project.offshoot(["status", ...run, "--json"])).stdout) as Shown;
  expect(markers.map(({ state }) => state)).toEqual(["ready"]);
});

test("status --watch ends when the database is deleted", async () => {
  await project.offshoot(["up", "--run", "short"]);
  const watching = project.start(["status", "--watch", "--run", "short"]);
  await watching.until("database    embedded");
  await project.offshoot(["down", "--run", "short"]);
  const { code, stdout } = await watching.finished;
  expect(code).toBe(0);
  expect(stdout.trim().split("\n\n").at(-1)).toMatch(/^run {9}short\nname .*\ndatabase {4}none$/);
});

test("status shows no database when the database is deleted while it is read", async () => {
  const run = ["--run", "deleted"];
  await project.offshoot(["up", ...run]);
  await project.offshoot(["migrate", ...run, "--", "true"]);
  const { stdout: variables } = await project.offshoot(["env", ...run, "--format", "json"]);
  const url = (JSON.parse(variables) as { DATABASE_URL: string }).DATABASE_URL;
  const blocker = await connect(url);
  await blocker.query("begin; lock table offshoot.readiness in access exclusive mode");
  const status = project.start(["status", ...run]);
  const isBlocked = "select from pg_locks where relation = 'offshoot.readiness'::regclass and not granted";
  while ((await blocker.query(isBlocked)).length === 0) await pause(50);
  await project.offshoot(["down", ...run]);
  const { code, stdout, stderr } = await status.finished;
  await blocker.close();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^database {4}none$/m);
});

test("status --watch fails when there is no database for `timeouts.wait`", async () => {
  const { code, stderr } = await project.offshoot(["status", "--watch", "--run", "never", "--set", "timeouts.wait=2s"]);
  expect(code).toBe(12);
  expect(stderr).toMatch(/^error Timed out after 2 s: the database offshoot\/\S+ did not exist\.$/m);
});

test("status shows why the migrations of the run failed", async () => {
  const run = ["--run", "broken"];
  await project.offshoot(["up", ...run]);
  await project.offshoot(["migrate", ...run, "--", "psql", "-v", "ON_ERROR_STOP=1", "-c", "alter table nowhere add a int"]);
  const { stdout } = await project.offshoot(["status", ...run]);
  expect(stdout).toMatch(/^migrations {2}failed since .*\n {12}The migration failed: relation "nowhere" does not exist/m);
});
