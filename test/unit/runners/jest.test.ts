import { expect, test } from "vitest";
import { jestOptions } from "../../../src/runners/jest-shared.ts";
import { withDatabase } from "../../../src/runners/jest.ts";

test("the setup of offshoot comes first, and the project's own global setup and teardown are kept for later", () => {
  const config = withDatabase({
    testEnvironment: "node",
    globalSetup: "<rootDir>/setup.js",
    globalTeardown: "./teardown.js",
    setupFiles: ["./own.js"],
    globals: { mine: 1 },
  });
  expect(config).toMatchObject({
    testEnvironment: "node",
    globalSetup: expect.stringContaining("jest-global-setup"),
    globalTeardown: expect.stringContaining("jest-global-teardown"),
    setupFiles: [expect.stringContaining("jest-setup"), "./own.js"],
    globals: { mine: 1 },
  });
  expect(jestOptions({ rootDir: "/shop", globals: config.globals })).toMatchObject({
    globalSetup: "<rootDir>/setup.js",
    globalTeardown: "./teardown.js",
  });
});

test("reporters are added only where failed tests keep their clones", () => {
  expect(withDatabase({})).not.toHaveProperty("reporters");
  expect(withDatabase({}, { keepOnFailure: true })).toMatchObject({
    reporters: ["default", expect.stringContaining("jest-reporter")],
    setupFilesAfterEnv: [expect.stringContaining("jest-after-env")],
  });
});
