import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  root,
  test: {
    projects: [
      { root, test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
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
          // Two cores are usual in CI, and each file starts processes of its own.
          maxWorkers: 2,
          // Groups run one after the other, and may then differ in their number of workers.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
