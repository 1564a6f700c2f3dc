import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { blocksOf, documents } from "../../support/documents.ts";

const pages = (await documents()).filter(({ path }) => ["docs/test-runners.md", "README.md"].includes(path));
const examples = pages
  .flatMap(blocksOf)
  .flatMap(({ mark, text }) => (mark?.startsWith("example:") ? [[mark.slice("example:".length), text] as const] : []));

test("the pages have an example for each runner", () => {
  expect(new Set(examples.map(([path]) => path.split("/")[0]))).toEqual(new Set(["vitest", "jest", "playwright", "pytest", "rspec"]));
});

test.each(examples)("the example %s is the file that test/integration/runners runs", async (path, text) => {
  const run = await readFile(new URL(`../../../examples/test-runners/${path}`, import.meta.url), "utf8");
  expect(text).toBe(run);
});
