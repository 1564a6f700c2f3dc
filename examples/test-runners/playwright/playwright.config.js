import { defineConfig } from "@playwright/test";
import { withDatabase } from "offshoot/playwright";

const port = process.env.PORT ?? "3000";

export default defineConfig(
  withDatabase({
    testDir: "test",
    fullyParallel: true,
    use: { baseURL: `http://127.0.0.1:${port}` },
    webServer: { command: "npm start", url: `http://127.0.0.1:${port}`, stderr: "pipe" },
  }),
);
