import { expect, test } from "vitest";
import { keepsOnFailure } from "../../../src/runners/keeps-on-failure.ts";

test.each([
  [undefined, undefined, false],
  [undefined, "true", true],
  [undefined, "1", true],
  [undefined, "TRUE", true],
  [undefined, "", false],
  [undefined, "no", false],
  [false, "true", false],
  [true, undefined, true],
])("with the option %s and the variable %s, failed tests keep their clones: %s", (option, variable, expected) => {
  expect(keepsOnFailure(option, { OFFSHOOT_KEEP_ON_FAILURE: variable })).toBe(expected);
});

test.each(["on", "maybe", "ture"])("the value %s of the variable is refused, also beside the option", (variable) => {
  for (const option of [undefined, true])
    expect(() => keepsOnFailure(option, { OFFSHOOT_KEEP_ON_FAILURE: variable })).toThrow(
      `OFFSHOOT_KEEP_ON_FAILURE is "${variable}", and must be true or false.\nCorrect the variable, or unset it.`,
    );
});
