/**
 * Plays whole lives of runs with real processes, servers and kills, and checks the twelve promises from outside:
 * `npm run whole-life -- --seed 1 --count 60 --parallel 3`. An interrupted series continues; `--fresh` starts it over.
 * `npm run whole-life -- --seed N --count 1 --fresh --verbose` plays one seed again.
 */
import { parseArgs } from "node:util";
import { play, type Played } from "./play.ts";
import { openProgress } from "./progress.ts";
import { scheduleOf } from "./schedule.ts";
import { hasFailed, summary } from "./summary.ts";
import { openWorld } from "./world.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "60" },
    parallel: { type: "string", default: "3" },
    fresh: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});
const first = Number(values.seed);
const startedAt = performance.now();
const progress = openProgress(first);
if (values.fresh) progress.remove();
const before = values.fresh ? [] : progress.played.filter((each) => !hasFailed(each));
const done = new Set(before.map(({ seed }) => seed));
const seeds = Array.from({ length: Number(values.count) }, (_, place) => first + place).filter((seed) => !done.has(seed));
const results: Played[] = [...before];
if (before.length > 0) print(`continues a series: ${before.length} schedules were played before`);

const world = await openWorld();
const venues = [...world.venues.keys()];
let next = 0;

// An interrupted series ends its servers, after the schedules that have begun.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => (next = seeds.length));

async function lane(): Promise<void> {
  while (next < seeds.length) {
    const schedule = scheduleOf(seeds[next++] ?? first, venues);
    const venue = world.venues.get(schedule.venue);
    if (venue === undefined) throw new Error(`There is no ${schedule.venue}.`);
    const result = await play(schedule, venue);
    progress.add(result);
    results.push(result);
    if (hasFailed(result) || values.verbose) printResult(result);
    if (results.length % 20 === 0) print(`${results.length} of ${values.count} schedules, ${failures().length} failed (${seconds()} s)`);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function failures(): readonly Played[] {
  return results.filter(hasFailed);
}

function printResult({ seed, broken, record }: Played): void {
  print([`\nseed ${seed}${broken.length === 0 ? "" : " FAILED"}`, ...broken.map((line) => `  ${line}`), record, ""].join("\n"));
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1000).toFixed(0);
}

let worldBroken: readonly string[] = [];
try {
  await Promise.all(Array.from({ length: Number(values.parallel) }, lane));
} finally {
  worldBroken = await world.end();
}
for (const line of [...summary(results, seconds()), ...worldBroken.map((what) => `broken at the end: ${what}`)]) print(line);
process.exitCode = failures().length + worldBroken.length === 0 ? 0 : 1;
