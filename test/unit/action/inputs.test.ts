import { expect, test } from "vitest";
import { INPUTS, readInputs, withoutInputs } from "../../../src/action/inputs.ts";

test("inputs are read from the runner's variables, and blank ones have their defaults", () => {
  expect(readInputs({ INPUT_PROJECT_ID: "  cool-river-1\n", INPUT_SSL: "", INPUT_TTL: " " })).toEqual({
    ...INPUTS,
    project_id: "cool-river-1",
  });
});

test("a misspelled input is rejected with the correct name", () => {
  expect(() => readInputs({ "INPUT_PROJECT-ID": "x", INPUT_PROVDER: "neon" })).toThrow(
    "`project-id` is not an input of this action. Did you mean `project_id`?\n`provder` is not an input of this action. Did you mean `provider`?",
  );
});

test("an unknown input is ignored, because the runner warns about it", () => {
  expect(readInputs({ INPUT_WEATHER: "fine", INPUT_PROJECTID: "" })).toEqual(INPUTS);
});

test("commands that the action starts get neither its inputs nor its state", () => {
  expect(withoutInputs({ INPUT_API_KEY: "secret", STATE_lock_holder: "x", PATH: "/bin" })).toEqual({ PATH: "/bin" });
});
