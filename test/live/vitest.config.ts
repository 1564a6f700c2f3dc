import { defineConfig } from "vitest/config";

/** Tests against the real Neon: never part of `npm test`, since they need a key and make branches in a project. */
export default defineConfig({
  root: new URL("../..", import.meta.url).pathname,
  test: { include: ["test/live/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false },
});
