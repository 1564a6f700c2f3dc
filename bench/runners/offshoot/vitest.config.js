import { offshoot } from "offshoot/vitest";
import { defineConfig } from "vitest/config";

export default defineConfig({ plugins: [offshoot()] });
