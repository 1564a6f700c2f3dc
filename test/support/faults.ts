/**
 * Runs the tests of faults of the Neon API only: `npm run faults -- [--tls] [--seed N | --random] [--runs N]`. With
 * `--tls`, the API and the computes are servers with TLS; the default is one process without sockets. A long series runs in
 * parts, each with a seed of its own, which is printed. `--continue` continues a series that was interrupted or has failed.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const PART = 250;
const FIRST_SEED = 20_261_101;
const VITEST = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts", "--project", "integration", "neon/faults"];
const STATE = "node_modules/.cache/offshoot/faults.json";

interface Series {
  readonly seed: number;
  readonly runs: number;
  readonly tls: boolean;
  /** How many schedules have passed. */
  readonly passed: number;
}

const { values } = parseArgs({
  options: {
    random: { type: "boolean", default: false },
    tls: { type: "boolean", default: false },
    continue: { type: "boolean", default: false },
    seed: { type: "string" },
    runs: { type: "string", default: "2000" },
  },
});

let series: Series = values.continue
  ? (JSON.parse(readFileSync(STATE, "utf8")) as Series)
  : {
      seed: values.random ? Date.now() % 1_000_000_000 : Number(values.seed ?? FIRST_SEED),
      runs: Number(values.runs),
      tls: values.tls,
      passed: 0,
    };

while (series.passed < series.runs && process.exitCode === undefined) {
  const runs = Math.min(PART, series.runs - series.passed);
  const seed = series.seed + series.passed;
  process.stdout.write(`Schedules ${series.passed + 1} to ${series.passed + runs} of ${series.runs}: seed ${seed}\n`);
  const { status } = spawnSync(process.execPath, [...VITEST, "-t", series.tls ? "with TLS" : "in one process"], {
    stdio: "inherit",
    env: { ...process.env, OFFSHOOT_TEST_SEED: String(seed), OFFSHOOT_TEST_RUNS: String(runs) },
  });
  if (status === 0) series = { ...series, passed: series.passed + runs };
  mkdirSync(path.dirname(STATE), { recursive: true });
  writeFileSync(STATE, JSON.stringify(series));
  if (status !== 0) {
    process.stderr.write(
      `Failed or interrupted. Repeat this part: npm run faults -- ${series.tls ? "--tls " : ""}--seed ${seed} --runs ${runs}\n`,
    );
    process.stderr.write("Continue the series: npm run faults -- --continue\n");
    process.exitCode = status ?? 1;
  }
}
if (process.exitCode === undefined) process.stdout.write(`All ${series.runs} schedules have passed, from seed ${series.seed}.\n`);
