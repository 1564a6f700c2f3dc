import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readSuite, withDatabase } from "../../../src/runners/playwright.ts";

beforeEach(() => {
  vi.stubEnv("OFFSHOOT_PLAYWRIGHT", undefined);
  vi.stubEnv("TEST_WORKER_INDEX", undefined);
});
afterEach(() => vi.unstubAllEnvs());

test("the global setup of offshoot comes before the project's own", () => {
  const { globalSetup } = withDatabase({ testDir: "test", globalSetup: "./own.ts" });
  expect(globalSetup).toEqual([expect.stringContaining("playwright-global-setup"), "./own.ts"]);
  expect(readSuite()).toMatchObject({ main: process.pid, hasServer: false });
});

test("each web server is started by a program that gives it its clone, with its command unchanged by any shell", () => {
  const command = `npm start -- --name "a b" && echo '$HOME'`;
  const { webServer } = withDatabase({ webServer: [{ command, port: 3000 }] });
  const [server] = webServer;
  expect(server?.port).toBe(3000);
  const [, code = ""] = /playwright-server\S* ([0-9a-f]+)$/.exec(server?.command ?? "") ?? [];
  expect(Buffer.from(code, "hex").toString("utf8")).toBe(command);
  expect(readSuite()).toMatchObject({ hasServer: true });
});

test("a configuration that is loaded again in the same run keeps its suite", () => {
  withDatabase({});
  const first = readSuite()?.socket;
  withDatabase({ webServer: { command: "npm start" } });
  expect(readSuite()?.socket).toBe(first);
});

test("the reporter of offshoot is added where failed tests keep their clones, beside Playwright's default", () => {
  vi.stubEnv("CI", undefined);
  const own = [expect.stringContaining("playwright-reporter")];
  expect(withDatabase({})).not.toHaveProperty("reporter");
  expect(withDatabase({}, { keepOnFailure: true })).toMatchObject({ reporter: [["list"], own] });
  expect(withDatabase({ reporter: "html" }, { keepOnFailure: true })).toMatchObject({ reporter: [["html"], own] });
  expect(withDatabase({ reporter: [["json", {}]] }, { keepOnFailure: true })).toMatchObject({ reporter: [["json", {}], own] });
});
