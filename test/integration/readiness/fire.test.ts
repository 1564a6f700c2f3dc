import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect as dial, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OffshootError } from "../../../src/errors.ts";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { isAlive, type Job, migration, openScene, type Scene, startJob, story, TIMINGS, type Trace } from "./scene.ts";

let scene: Scene;
const jobs: Job[] = [];
beforeEach(async () => {
  scene = await openScene();
});
afterEach(async () => {
  for (const { child } of jobs.splice(0)) child.kill("SIGKILL");
  await scene.drop();
});

const started = (job: Job): Job => (jobs.push(job), job);
const traceOf = (step: Trace["step"], epoch: number): Promise<Trace> =>
  scene.until(async () => (await scene.traces()).find((trace) => trace.step === step && trace.name.endsWith(`:${epoch}`)));
/** Migration sessions of an epoch that are still there. */
const sessions = (epoch: number): Promise<unknown[]> =>
  scene.query("select pid from pg_stat_activity where datname = current_database() and application_name like $1", [
    `offshoot:migrate:%:${epoch}`,
  ]);
/** The job process that leads, as its marker says. */
async function leader(): Promise<Job> {
  const pid = await scene.until(async () => (await scene.markers())[0]?.owner.pid);
  const found = jobs.find((job) => job.pid === pid);
  if (found === undefined) throw new Error("the leader is no job of ours");
  return found;
}

test("kill -9 of the leader: another takes over within seconds, and the two commands never overlap", async () => {
  const request = scene.request(migration(1500, "ignore-term"));
  for (let count = 0; count < 3; count += 1) started(startJob(request));
  const first = await traceOf("begin", 1);
  const killed = await leader();
  killed.child.kill("SIGKILL");
  const killedAt = performance.now();
  await traceOf("begin", 2);
  expect(performance.now() - killedAt).toBeLessThan(10_000);
  expect(isAlive(first.pid)).toBe(false);
  expect(await sessions(1)).toEqual([]);
  const others = jobs.filter((job) => job !== killed);
  expect((await Promise.all(others.map((job) => job.answers))).flat().toSorted()).toEqual(["ran", "waited"]);
  expect(story(await scene.traces())).toBe("begin 1, begin 2, end 2");
});

test("a stopped leader's command is dead before its successor's begins, and its late word is refused", async () => {
  const timings = { ...TIMINGS, leaseMs: 4000 };
  const request = scene.request(migration(3500), { timings });
  const zombie = started(startJob(request));
  const first = await traceOf("begin", 1);
  started(startJob(request));
  zombie.child.kill("SIGSTOP");
  await traceOf("begin", 2);
  expect(isAlive(first.pid)).toBe(false);
  zombie.child.kill("SIGCONT");
  expect(await zombie.answers).toEqual(["waited"]);
  expect(await jobs[1]?.answers).toEqual(["ran"]);
  expect(story(await scene.traces())).toBe("begin 1, begin 2, end 2");
  expect((await scene.markers())[0]).toMatchObject({ state: "ready", epoch: 2 });
});

test("a leader whose session is ended by the server loses its command and waits for the next one", async () => {
  const request = scene.request(migration(1200));
  const both = [migrateOnce(request), migrateOnce(request)];
  const first = await traceOf("begin", 1);
  await scene.query("select pg_terminate_backend(backend_pid) from offshoot.readiness");
  await traceOf("begin", 2);
  expect(isAlive(first.pid)).toBe(false);
  expect((await Promise.all(both)).map(({ state }) => state).toSorted()).toEqual(["ran", "waited"]);
  expect(story(await scene.traces())).toBe("begin 1, begin 2, end 2");
});

test("a leader behind a dead network has its command ended within the lease", async () => {
  const network = await openProxy(scene.url);
  const timings = { ...TIMINGS, leaseMs: 4000 };
  const url = network.url as typeof scene.url;
  const cutOff = migrateOnce(scene.request(migration(8000, "ignore-term"), { url, timings }));
  const first = await traceOf("begin", 1);
  const other = migrateOnce(scene.request(migration(0), { timings }));
  network.hole();
  await traceOf("begin", 2);
  expect(isAlive(first.pid)).toBe(false);
  expect(await other).toMatchObject({ state: "ran" });
  network.heal();
  expect(await cutOff).toMatchObject({ state: "waited" });
  network.close();
});

test("a cancelled leader ends its command and leaves the lead to another at once", async () => {
  const controller = new AbortController();
  const cancelled = migrateOnce(scene.request(migration(20_000), { signal: controller.signal })).catch((thrown: unknown) => thrown);
  const first = await traceOf("begin", 1);
  const next = migrateOnce(scene.request(migration(0)));
  controller.abort();
  expect(((await cancelled) as OffshootError).code).toBe("CANCELLED");
  expect(isAlive(first.pid)).toBe(false);
  expect(await next).toMatchObject({ state: "ran" });
  expect(story(await scene.traces())).toBe("begin 1, begin 2, end 2");
});

test("a command that ignores SIGTERM is killed when the grace is over", async () => {
  const controller = new AbortController();
  const timings = { ...TIMINGS, graceMs: 500 };
  const cancelled = migrateOnce(scene.request(migration(20_000, "ignore-term"), { signal: controller.signal, timings }));
  const first = await traceOf("begin", 1);
  controller.abort();
  await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
  expect(isAlive(first.pid)).toBe(false);
});

test("what a command leaves running is ended with it", async () => {
  expect(await migrateOnce(scene.request(migration(0, "fork")))).toMatchObject({ state: "ran" });
  const left = await traceOf("fork", 1);
  // A container's first process may be slow to reap it.
  await scene.until(async () => !isAlive(left.pid) || isZombie(left.pid));
});

test("a guard that is killed takes the command with it", async () => {
  const outcome = migrateOnce(scene.request(migration(20_000))).catch((thrown: unknown) => thrown);
  const first = await traceOf("begin", 1);
  process.kill(Number(execFileSync("ps", ["-o", "ppid=", "-p", String(first.pid)]).toString()), "SIGKILL");
  expect(((await outcome) as OffshootError).message).toMatch(/was ended by SIGKILL/);
  await scene.until(async () => !isAlive(first.pid) || isZombie(first.pid));
});

/** Dead and not yet reaped, or reaped since somebody looked: then `ps` knows nothing of it. */
function isZombie(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() === "" || stdout.startsWith("Z");
}

/** A TCP proxy that can swallow everything, as a dead network does, and later let it through again. */
async function openProxy(target: string): Promise<{ url: string; hole(): void; heal(): void; close(): void }> {
  const { port } = new URL(target);
  const pairs: [Socket, Socket][] = [];
  let dead = false;
  const server = createServer((near) => {
    const far = dial(Number(port), "127.0.0.1");
    pairs.push([near, far]);
    if (dead) return;
    near.pipe(far).on("error", () => near.destroy());
    far.pipe(near).on("error", () => far.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = new URL(target);
  url.port = String(typeof address === "object" ? address?.port : "");
  return {
    url: url.href,
    hole() {
      dead = true;
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    heal() {
      dead = false;
      for (const socket of pairs.flat()) socket.destroy();
    },
    close() {
      for (const socket of pairs.flat()) socket.destroy();
      server.close();
    },
  };
}
