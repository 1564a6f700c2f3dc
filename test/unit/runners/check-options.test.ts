import { expect, test } from "vitest";
import { withDatabase as jest } from "../../../src/runners/jest.ts";
import { withDatabase as playwright } from "../../../src/runners/playwright.ts";
import { offshoot } from "../../../src/runners/vitest.ts";

const RUNNERS: readonly (readonly [string, string, (options: object) => unknown])[] = [
  ["vitest", "offshoot()", offshoot],
  ["jest", "withDatabase()", (options) => jest({}, options)],
  ["playwright", "withDatabase()", (options) => playwright({}, options)],
];

test.each(RUNNERS)("%s: an unknown option is refused with the nearest one", (_, owner, configure) => {
  expect(() => configure({ keepOnFailures: true })).toThrow(`${owner} has no option "keepOnFailures". Did you mean "keepOnFailure"?`);
  expect(() => configure({ colour: "red" })).toThrow(`${owner} has no option "colour".\nIts options are `);
});

test.each(RUNNERS)("%s: a wrong value is refused with what is expected", (_, owner, configure) => {
  expect(() => configure({ keepOnFailure: "yes" })).toThrow(`The option "keepOnFailure" of ${owner} is "yes", and must be true or false.`);
  expect(() => configure({ settings: "provider: embedded" })).toThrow("must be an object with settings by key path");
  expect(() => configure({ cwd: 3 })).toThrow(`The option "cwd" of ${owner} is 3, and must be the path of a folder.`);
});

test.each(RUNNERS.slice(0, 2))("%s: the options for clones are checked", (_, __, configure) => {
  expect(() => configure({ per: "test" })).toThrow('is "test", and must be "file" or "worker".');
  for (const spares of [-1, "2", 1.5, Number.NaN]) expect(() => configure({ spares })).toThrow("must be a whole number from 0 to 100");
  expect(() => configure({ per: "worker", spares: 0, cwd: "packages/db", config: undefined })).not.toThrow();
});

test("playwright: the options of the other runners are unknown", () => {
  expect(() => playwright({}, { per: "file" } as object)).toThrow('withDatabase() has no option "per".');
});
