/**
 * Plays schedules of faults against real `offshoot migrate` processes and a real server:
 * `npm run chaos -- --seed 1 --schedules 60 --parallel 3`. A failure prints its seed and what happened.
 */
import { parseArgs } from "node:util";
import { startServer } from "../support/server.ts";
import { play, type Played } from "./play.ts";
import { scheduleOf } from "./schedule.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    schedules: { type: "string", default: "60" },
    parallel: { type: "string", default: "3" },
    verbose: { type: "boolean", default: false },
  },
});
const first = Number(values.seed);
const count = Number(values.schedules);
const startedAt = performance.now();
let next = 0;
const played: Played[] = [];

/** Each lane has a server of its own, since some faults restart it. */
async function lane(): Promise<void> {
  // A server that is killed must keep what it committed, as real ones do; the test servers do not by default.
  const server = await startServer({ max_connections: 50, synchronous_commit: "on" });
  try {
    while (next < count) {
      const seed = first + next;
      next += 1;
      const schedule = scheduleOf(seed);
      const result = await play(schedule, server);
      played.push(result);
      if (result.broken.length > 0 || values.verbose) tell(result, JSON.stringify(schedule));
      if (played.length % 10 === 0) say(`${played.length} of ${count} schedules, ${failures().length} failed (${seconds()} s)`);
    }
  } finally {
    await server.stop();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function failures(): readonly Played[] {
  return played.filter(({ broken }) => broken.length > 0);
}

function tell({ seed, broken, timeline }: Played, schedule: string): void {
  say([`\nseed ${seed}${broken.length === 0 ? "" : " FAILED"}`, ...broken.map((line) => `  ${line}`), schedule, timeline, ""].join("\n"));
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}

await Promise.all(Array.from({ length: Number(values.parallel) }, lane));
const takeovers = played.reduce((sum, each) => sum + each.takeovers, 0);
const ready = played.filter((each) => each.ready).length;
say(
  `${played.length} schedules from seed ${first}: ${ready} ready, ${played.length - ready} failed honestly or not begun, ${takeovers} takeovers, ${seconds()} s`,
);
say(
  failures().length === 0
    ? "every promise was kept"
    : `broken: seeds ${failures()
        .map(({ seed }) => seed)
        .join(", ")}`,
);
process.exitCode = failures().length === 0 ? 0 : 1;
