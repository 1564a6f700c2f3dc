import { expect, test } from "vitest";
import { isBranchId } from "../../../../src/providers/neon/parent.ts";

test.each([
  ["br-cool-darkness-123456", true],
  ["br-feature", false],
  ["main", false],
  ["br-a-b-c-d", false],
])("the parent %s is a branch id: %j", (text, isId) => {
  expect(isBranchId(text)).toBe(isId);
});
