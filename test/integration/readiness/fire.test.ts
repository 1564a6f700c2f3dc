// @module-tag proof
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect as dial, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OffshootError } from "../../../src/errors.ts";
import type { Listener } from "../../../src/events.ts";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { describeTraces, isAlive, type Job, migration, openScene, type Scene, startJob, TIMINGS, type Trace } from "./scene.ts";

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
/** The open migration sessions of an epoch. */
const sessions = (epoch: number): Promise<unknown[]> =>
  scene.query("select pid from pg_stat_activity where datname = current_database() and application_name like $1", [
    `offshoot:migrate:%:${epoch}`,
  ]);
/** The job that leads, by its marker. */
async function leader(): Promise<Job> {
  const pid = await scene.until(async () => (await scene.markers())[0]?.owner.pid);
  const found = jobs.find((job) => job.pid === pid);
  if (found === undefined) throw new Error("the leader is not a job of this test");
  return found;
}

test("after kill -9 of the leader another job takes over within seconds, and the two commands never overlap", async () => {
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
  expect(describeTraces(await scene.traces())).toBe("begin 1, begin 2, end 2");
});

test("the command of a stopped leader has ended before the next command begins, and the leader's late result is refused", async () => {
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
  expect(describeTraces(await scene.traces())).toBe("begin 1, begin 2, end 2");
  expect((await scene.markers())[0]).toMatchObject({ state: "ready", epoch: 2 });
});

test("a leader ends its command when the server ends its session, and waits for the next leader", async () => {
  const request = scene.request(migration(1200));
  const both = [migrateOnce(request), migrateOnce(request)];
  const first = await traceOf("begin", 1);
  await scene.query("select pg_terminate_backend(backend_pid) from offshoot.readiness");
  await traceOf("begin", 2);
  expect(isAlive(first.pid)).toBe(false);
  expect((await Promise.all(both)).map(({ state }) => state).toSorted()).toEqual(["ran", "waited"]);
  expect(describeTraces(await scene.traces())).toBe("begin 1, begin 2, end 2");
});

test("the command of a leader without a network ends within the lease", async () => {
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

test("a cancelled leader ends its command, and another job can lead at once", async () => {
  const controller = new AbortController();
  const cancelled = migrateOnce(scene.request(migration(20_000), { signal: controller.signal })).catch((thrown: unknown) => thrown);
  const first = await traceOf("begin", 1);
  const next = migrateOnce(scene.request(migration(0)));
  controller.abort();
  expect(((await cancelled) as OffshootError).code).toBe("CANCELLED");
  expect(isAlive(first.pid)).toBe(false);
  expect(await next).toMatchObject({ state: "ran" });
  expect(describeTraces(await scene.traces())).toBe("begin 1, begin 2, end 2");
});

test("a command that ignores SIGTERM is killed after the grace", async () => {
  const controller = new AbortController();
  const timings = { ...TIMINGS, graceMs: 500 };
  const cancelled = migrateOnce(scene.request(migration(20_000, "ignore-term"), { signal: controller.signal, timings }));
  const first = await traceOf("begin", 1);
  controller.abort();
  await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
  expect(isAlive(first.pid)).toBe(false);
});

test("processes that a command leaves running are ended with it", async () => {
  expect(await migrateOnce(scene.request(migration(0, "fork")))).toMatchObject({ state: "ran" });
  const left = await traceOf("fork", 1);
  // The first process of a container may reap it late.
  await scene.until(async () => !isAlive(left.pid) || isZombie(left.pid));
});

test("a command is killed when its watchdog is killed, and the migration runs again", async () => {
  const warnings: string[] = [];
  const emit: Listener = (event) => {
    if (event.kind === "warning") warnings.push(event.text);
  };
  const outcome = migrateOnce(scene.request(migration(1500, "ignore-term"), { emit }));
  const first = await traceOf("begin", 1);
  process.kill(parentOf(first.pid), "SIGKILL");
  expect(await outcome).toMatchObject({ state: "ran" });
  expect(!isAlive(first.pid) || isZombie(first.pid)).toBe(true);
  expect(describeTraces(await scene.traces())).toBe("begin 1, begin 2, end 2");
  expect(warnings).toEqual([expect.stringContaining("the watchdog process of its migration command was killed (SIGKILL)")]);
});

test("a watchdog that is killed again and again is reported as that, and not as a failed migration", async () => {
  const done = new AbortController();
  const killing = killWatchdogs(done.signal);
  const error = (await migrateOnce(scene.request(migration(20_000))).catch((thrown: unknown) => thrown)) as OffshootError;
  done.abort();
  await killing;
  expect(error).toMatchObject({ code: "LEADERSHIP_LOST", meaning: expect.stringContaining("watchdog process") as string });
  expect((await scene.markers())[0]?.state).toBe("migrating");
});

async function killWatchdogs(signal: AbortSignal): Promise<void> {
  for (const killed = new Set<number>(); !signal.aborted; await new Promise((resolve) => setTimeout(resolve, 50))) {
    for (const { step, pid } of await scene.traces()) {
      if (step !== "begin" || killed.has(pid)) continue;
      killed.add(pid);
      process.kill(parentOf(pid), "SIGKILL");
    }
  }
}

function parentOf(pid: number): number {
  return Number(execFileSync("ps", ["-o", "ppid=", "-p", String(pid)]).toString());
}

/** Whether a process has ended: it is a zombie, or `ps` does not list it. */
function isZombie(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() === "" || stdout.startsWith("Z");
}

/** A TCP proxy that can drop everything, like a broken network, and later forward again. */
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
