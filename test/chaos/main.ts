/**
 * Runs schedules of faults with real `offshoot migrate` processes and a real server:
 * `npm run chaos -- --seed 1 --schedules 60 --parallel 3`. For a failure it prints the seed and a timeline.
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

/** Each lane has a server of its own, because some faults restart the server. */
async function lane(): Promise<void> {
  // Like a real server, this one must keep what it committed when it is killed. Test servers do not by default.
  const server = await startServer({ max_connections: 50, synchronous_commit: "on" });
  try {
    while (next < count) {
      const seed = first + next;
      next += 1;
      const schedule = scheduleOf(seed);
      const result = await play(schedule, server);
      played.push(result);
      if (result.broken.length > 0 || values.verbose) printResult(result, JSON.stringify(schedule));
      if (played.length % 10 === 0) print(`${played.length} of ${count} schedules, ${failures().length} failed (${seconds()} s)`);
    }
  } finally {
    await server.stop();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function failures(): readonly Played[] {
  return played.filter(({ broken }) => broken.length > 0);
}

function printResult({ seed, broken, timeline }: Played, schedule: string): void {
  print([`\nseed ${seed}${broken.length === 0 ? "" : " FAILED"}`, ...broken.map((line) => `  ${line}`), schedule, timeline, ""].join("\n"));
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}

await Promise.all(Array.from({ length: Number(values.parallel) }, lane));
const takeovers = played.reduce((sum, each) => sum + each.takeovers, 0);
const ready = played.filter((each) => each.ready).length;
print(
  `${played.length} schedules from seed ${first}: ${ready} ready, ${played.length - ready} failed for a valid reason or not begun, ${takeovers} takeovers, ${seconds()} s`,
);
print(
  failures().length === 0
    ? "every promise was kept"
    : `broken: seeds ${failures()
        .map(({ seed }) => seed)
        .join(", ")}`,
);
process.exitCode = failures().length === 0 ? 0 : 1;
