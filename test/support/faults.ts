/** Runs the tests of faults of the Neon API only: `npm run faults -- [--random] [--runs N]`. Without `--random` the seed is fixed. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { random: { type: "boolean", default: false }, runs: { type: "string" } } });
const { status } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts", "--project", "integration", "neon/faults"],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      ...(values.random ? { OFFSHOOT_TEST_RANDOM: "1" } : {}),
      ...(values.runs === undefined ? {} : { OFFSHOOT_TEST_RUNS: values.runs }),
    },
  },
);
process.exitCode = status ?? 1;
