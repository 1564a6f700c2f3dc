// @module-tag proof
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { MigrationCommand } from "../../../src/readiness/migration-command.ts";
import type { MigrateRequest } from "../../../src/readiness/request.ts";
import { isInstalled } from "../../support/require.ts";
import { type Job, openScene, type Scene, startJob, TIMINGS } from "./scene.ts";

// Commands write into the table `work` with psql, through whatever session they have. Postgres' own clock is the witness:
// no row of a command may be later than the first row of the next leader's command.

const SCRIPT = fileURLToPath(new URL("attack.sh", import.meta.url));
const hasPsql = isInstalled("psql");

interface Work {
  readonly [column: string]: unknown;
  readonly token: string;
  readonly first: Date;
  readonly last: Date;
  readonly done: boolean;
}

let scene: Scene;
const jobs: Job[] = [];
beforeEach(async () => {
  scene = await openScene();
  await scene.query("create table work (token text, step text, at timestamptz default clock_timestamp())");
});
afterEach(async () => {
  for (const { child } of jobs.splice(0)) child.kill("SIGKILL");
  for (const pid of attackers()) signal(pid, "SIGKILL");
  await scene.drop();
});

/** The command in one of its forms. `first`: only the first command that starts in the database takes this form. */
const attack = (form: string, seconds = 2): MigrationCommand => ({
  kind: "argv",
  argv: ["bash", SCRIPT, form, String(seconds), scene.name],
});
const started = (request: MigrateRequest): Job => {
  const job = startJob(request);
  jobs.push(job);
  return job;
};
const work = (): Promise<Work[]> =>
  scene.query("select token, min(at) as first, max(at) as last, bool_or(step = 'end') as done from work group by token order by min(at)");
const untilWork = (commands: number): Promise<Work[]> =>
  scene.until(async () => {
    const rows = await work();
    return rows.length >= commands && rows;
  });

/** All processes of this scene's scripts, wherever they are. */
function attackers(): readonly number[] {
  const { stdout } = spawnSync("pgrep", ["-f", `attack.sh .* ${scene.name}`], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

/** The watchdog of a job: its only child. */
function watchdogOf(job: Job): number {
  return Number(
    execFileSync("pgrep", ["-P", String(job.pid), "-f", "readiness/watchdog"])
      .toString()
      .trim(),
  );
}

/** The job that leads. */
async function leader(): Promise<Job> {
  const pid = await scene.until(async () => (await scene.markers())[0]?.owner.pid);
  const found = jobs.find((job) => job.pid === pid);
  if (found === undefined) throw new Error("the leader is not a job of this test");
  return found;
}

function expectNoOverlap(rows: readonly Work[]): void {
  for (const [place, next] of rows.slice(1).entries()) expect(rows[place]?.last.getTime()).toBeLessThan(next.first.getTime());
}

/** Lets two jobs start, does something to the leader and its watchdog, and returns how long the takeover took. */
async function strike(request: MigrateRequest, hit: (leading: Job, watchdog: number) => void): Promise<number> {
  started(request);
  started(request);
  await untilWork(1);
  const leading = await leader();
  hit(leading, watchdogOf(leading));
  const [{ at } = { at: new Date() }] = await scene.query<{ at: Date }>("select clock_timestamp() as at");
  const [, second] = await untilWork(2);
  return (second?.first.getTime() ?? 0) - at.getTime();
}

const killBoth = (leading: Job, watchdog: number): void => {
  signal(watchdog, "SIGKILL");
  signal(leading.pid, "SIGKILL");
};

test.runIf(hasPsql).each(["short-sessions", "setsid", "own-name", "sleeping"])(
  "%s: when the leader and its watchdog are killed, the command cannot write beside the next one",
  async (form) => {
    const tookMs = await strike(scene.request(attack(form)), killBoth);
    expect(tookMs).toBeLessThan(5000);
    const [left] = jobs.filter((job) => job.child.signalCode === null);
    expect(await left?.answers).toEqual(["ran"]);
    // What survived has had time to try again.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const rows = await work();
    expect(rows.map(({ done }) => done)).toEqual([false, true]);
    expectNoOverlap(rows);
  },
);

test.runIf(hasPsql)("when the leader and its watchdog are frozen and continue, the command cannot write beside the next one", async () => {
  const request = scene.request(attack("short-sessions", 4), { timings: { ...TIMINGS, leaseMs: 4000 } });
  let frozen: readonly number[] = [];
  const tookMs = await strike(request, (leading, watchdog) => {
    frozen = [leading.pid, watchdog];
    for (const pid of frozen) signal(pid, "SIGSTOP");
  });
  for (const pid of frozen) signal(pid, "SIGCONT");
  expect(tookMs).toBeLessThan(7000);
  expect((await Promise.all(jobs.map((job) => job.answers))).flat().toSorted()).toEqual(["ran", "waited"]);
  const rows = await work();
  expect(rows.map(({ done }) => done)).toEqual([false, true]);
  expectNoOverlap(rows);
});

test.runIf(hasPsql)("a watchdog that is frozen is killed by its leader, and the migrations run again", async () => {
  const request = scene.request(attack("short-sessions", 4), { timings: { ...TIMINGS, leaseMs: 4000 } });
  // Before, the command never ended, and nobody took over.
  await strike(request, (_leading, watchdog) => signal(watchdog, "SIGSTOP"));
  expect((await Promise.all(jobs.map((job) => job.answers))).flat().toSorted()).toEqual(["ran", "waited"]);
  const rows = await work();
  expect(rows.map(({ done }) => done)).toEqual([false, true]);
  expectNoOverlap(rows);
});
