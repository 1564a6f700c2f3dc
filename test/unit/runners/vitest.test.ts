import { expect, test } from "vitest";
import { offshoot } from "../../../src/runners/vitest.ts";

const names = (files: string | string[] | undefined): readonly (string | undefined)[] =>
  [files ?? []].flat().map((file) => file.split("/").at(-1));

test("the setup of offshoot comes first, so that DATABASE_URL is set before the project's own setup", () => {
  const config = { test: { globalSetup: "./global.ts", setupFiles: ["./one.ts", "./two.ts"] as string | string[] } };
  offshoot().config(config);
  expect(names(config.test.globalSetup)).toEqual([expect.stringContaining("vitest-global-setup"), "global.ts"]);
  expect(names(config.test.setupFiles)).toEqual([expect.stringContaining("vitest-setup"), "one.ts", "two.ts"]);
});

test("a project that extends another one has the setup once", () => {
  const config: { test?: { setupFiles?: string | string[] } } = {};
  offshoot().config(config);
  offshoot().config(config);
  expect(names(config.test?.setupFiles)).toHaveLength(1);
});
