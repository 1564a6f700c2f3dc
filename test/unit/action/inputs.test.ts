import { expect, test } from "vitest";
import { INPUTS, readInputs, withoutInputs } from "../../../src/action/inputs.ts";

test("inputs come from the runner's variables, and blank ones fall to their defaults", () => {
  expect(readInputs({ INPUT_PROJECT_ID: "  cool-river-1\n", INPUT_SSL: "", INPUT_TTL: " " })).toEqual({
    ...INPUTS,
    project_id: "cool-river-1",
  });
});

test("an input that is a slip away from ours is refused by name", () => {
  expect(() => readInputs({ "INPUT_PROJECT-ID": "x", INPUT_PROVDER: "neon" })).toThrow(
    "`project-id` is no input of this action; did you mean `project_id`?\n`provder` is no input of this action; did you mean `provider`?",
  );
});

test("an input that is nothing of ours is left to the runner's own warning", () => {
  expect(readInputs({ INPUT_WEATHER: "fine", INPUT_PROJECTID: "" })).toEqual(INPUTS);
});

test("commands that the action starts see neither its inputs nor its state", () => {
  expect(withoutInputs({ INPUT_API_KEY: "secret", STATE_lock_holder: "x", PATH: "/bin" })).toEqual({ PATH: "/bin" });
});
