import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  root,
  test: {
    // `npm run test:slowest` reads the report.
    reporters: ["default", "json"],
    outputFile: { json: `${root}node_modules/.cache/offshoot/test-report.json` },
    // `npm test` leaves these out and `npm run test:full` runs them: each takes many seconds and repeats, at length or at
    // size, what shorter tests of the same room show.
    tags: [{ name: "proof", description: "A long proof: hundreds of random cases, dozens of processes, or whole workflows." }],
    projects: [
      // Unit tests share no state and start no server, so one module graph serves all of them: a third of the time.
      { root, test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false } },
      {
        root,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
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
});
