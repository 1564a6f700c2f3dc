import { defineConfig } from "vitest/config";

export default defineConfig({ test: { setupFiles: "./database.js", hookTimeout: 120_000 } });
