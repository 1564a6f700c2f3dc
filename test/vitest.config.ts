import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./support/longest-first.ts";

const root = new URL("..", import.meta.url).pathname;

// With it, each Node process first reads a file with hundreds of certificates, and the tests start thousands of processes.
// The tests of a certificate authority set it themselves.
delete process.env["NODE_EXTRA_CA_CERTS"];

/** With `--mode short`, which is `npm test`, files of long proofs are not loaded: to load one in order to skip its tests takes a second. */
export default defineConfig(({ mode }) => ({
  root,
  test: {
    // `npm run test:slowest` reads the report.
    reporters: ["default", "json"],
    outputFile: { json: `${root}node_modules/.cache/offshoot/test-report.json` },
    sequence: { sequencer: LongestFirst },
    // `npm test` leaves these out and `npm run test:full` runs them: each takes many seconds and repeats, at length or at
    // size, what shorter tests of the same room show. The first line of a file tags all of its tests.
    tags: [{ name: "proof", description: "A long proof: hundreds of random cases, dozens of processes, or whole workflows." }],
    projects: [
      // Unit tests share no state and start no server, so one module graph serves all of them: a third of the time.
      { root, test: { name: "unit", include: filesOf("unit", mode), isolate: false, maxWorkers: 2 } },
      {
        root,
        test: {
          name: "integration",
          include: filesOf("integration", mode),
          globalSetup: ["test/support/setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Machines differ by more than the second that is the default.
          expect: { poll: { timeout: 10_000 } },
          // On two cores, as usual in CI: the tests wait for servers and processes half of the time.
          maxWorkers: 3,
          // Groups run one after the other, and may then differ in their number of workers.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
}));

function filesOf(folder: string, mode: string): string[] {
  const all = `test/${folder}/**/*.test.ts`;
  return mode === "short" ? [all, ...proofsIn(folder).map((file) => `!${file}`)] : [all];
}

function proofsIn(folder: string): string[] {
  return readdirSync(`${root}test/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => `test/${folder}/${file}`)
    .filter((file) => readFileSync(root + file, "utf8").startsWith("// @module-tag proof\n"));
}
