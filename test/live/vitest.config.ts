import { defineConfig } from "vitest/config";

/** Tests with the real Neon. They are not a part of `npm test`, because they need a key and create branches in a project. */
export default defineConfig({
  root: new URL("../..", import.meta.url).pathname,
  test: { include: ["test/live/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false },
});
