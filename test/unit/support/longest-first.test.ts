import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { LONGEST } from "../../support/longest-first.ts";

test("each file that is to start first exists", () => {
  expect(LONGEST.filter((file) => !existsSync(file))).toEqual([]);
});
