/**
 * Runs schedules of faults with real `offshoot migrate` processes and a real server:
 * `npm run chaos -- --seed 1 --schedules 60 --parallel 3`. For a failure it prints the seed and a timeline;
 * `npm run chaos -- --seed N --schedules 1 --verbose` plays one seed again.
 */
import { parseArgs } from "node:util";
import { psqlImage } from "./commands/image.ts";
import { openLane } from "./lane.ts";
import { play, type Played } from "./play.ts";
import { scheduleOf } from "./schedule.ts";
import { hasFailed, summary } from "./summary.ts";

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
const image = await psqlImage();
const played: Played[] = [];
let next = 0;
let leftOut = 0;

// An interrupted series ends its servers, after the schedules that have begun.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => (next = count));

async function runLane(): Promise<void> {
  const lane = await openLane(image);
  try {
    while (next < count) {
      const schedule = scheduleOf(first + next);
      next += 1;
      if (schedule.command.shape === "container" && image === undefined) {
        leftOut += 1;
        continue;
      }
      const result = await play(schedule, lane);
      played.push(result);
      if (result.broken.length > 0 || values.verbose) printResult(result);
      if (played.length % 10 === 0)
        print(`${played.length} of ${count} schedules, ${played.filter(hasFailed).length} failed (${seconds()} s)`);
    }
  } finally {
    await lane.end();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printResult({ schedule, broken, timeline }: Played): void {
  const lines = broken.map((line) => `  ${line}`);
  print([`\nseed ${schedule.seed}${broken.length === 0 ? "" : " FAILED"}`, ...lines, JSON.stringify(schedule), timeline, ""].join("\n"));
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}

await Promise.all(Array.from({ length: Number(values.parallel) }, runLane));
const { lines, failed } = summary(played, { first, seconds: seconds(), leftOut });
for (const line of lines) print(line);
process.exitCode = failed ? 1 : 0;
