import { expect, test } from "vitest";
import { workflowCodes } from "../../../support/workflow-codes.ts";

const ACTION = (input: string, condition: string): string =>
  `inputs: { migrate: ${input} }\nruns:\n  using: composite\n  steps:\n    - { if: "${condition}", run: alembic upgrade head, shell: bash }\n`;
const CALLED = (input: string, condition: string): string => `on: { workflow_call: { inputs: { migrate: ${input} } } }
jobs:
  up:
    runs-on: x
    steps:
      - { if: "${condition}", run: alembic upgrade head, env: { DATABASE_URL: "\${{ secrets.DB }}" } }
`;
const uses = (given: readonly string[]): string =>
  `on: push\njobs:\n${given
    .map(
      (each, at) => `  j${at}:\n    runs-on: x\n    steps:\n      - { uses: ./mig, ${each} env: { DATABASE_URL: "\${{ secrets.DB }}" } }\n`,
    )
    .join("")}`;
const calls = (given: readonly string[]): string =>
  `on: push\njobs:\n${given.map((each, at) => `  j${at}: { uses: ./.github/workflows/up.yml, ${each} secrets: inherit }\n`).join("")}`;

const ON = 'with: { migrate: "true" },';
const OFF = 'with: { migrate: "false" },';

test.each([
  ["default off, nothing given", "{ default: 'false' }", "inputs.migrate == 'true'", ["", ""], []],
  ["default off, one switched on", "{ default: 'false' }", "inputs.migrate == 'true'", [ON, ""], []],
  ["default off, both switched on", "{ default: 'false' }", "inputs.migrate == 'true'", [ON, ON], ["migrates-twice"]],
  ["default on, both switched off", "{ default: 'true' }", "${{ inputs.migrate == 'true' }}", [OFF, OFF], []],
  ["default on", "{ default: 'true' }", "inputs.migrate != 'false'", ["", ""], ["migrates-twice"]],
  ["no default", "{ required: false }", "inputs.migrate == 'true'", ["", ""], []],
  // An input of an action is a text, and every text but the empty one is true.
  ["the text false", "{ default: 'false' }", "inputs.migrate", ["", ""], ["migrates-twice"]],
])("an input of a composite action: %s", (_, input, condition, given, expected) => {
  expect(workflowCodes(uses(given), { "mig/action.yml": ACTION(input, condition) })).toEqual(expected);
});

test.each([
  ["a boolean without a default", "{ type: boolean }", "inputs.migrate", ["", ""], []],
  ["a boolean, off by default", "{ type: boolean, default: false }", "inputs.migrate", ["", "with: { migrate: true },"], []],
  [
    "a boolean, on in both",
    "{ type: boolean }",
    "inputs.migrate",
    ["with: { migrate: true },", "with: { migrate: true },"],
    ["migrates-twice"],
  ],
  ["a boolean, denied", "{ type: boolean, default: true }", "!inputs.migrate", ["", ""], []],
  ["a text without a default", "{ type: string }", "inputs.migrate == 'yes'", ["", ""], []],
  [
    "an expression of the caller",
    "{ type: boolean }",
    "inputs.migrate",
    ["with: { migrate: \"${{ github.ref_name == 'main' }}\" },", "with: { migrate: \"${{ github.ref == 'refs/heads/dev' }}\" },"],
    [],
  ],
])("an input of a called workflow: %s", (_, input, condition, given, expected) => {
  expect(workflowCodes(calls(given), { ".github/workflows/up.yml": CALLED(input, condition) })).toEqual(expected);
});

test("the condition of a step and of its action both count, whatever is in them", () => {
  const action = ACTION("{ default: 'true' }", "inputs.migrate == 'true' || github.actor == 'x'");
  const text = uses(["if: \"github.ref_name == 'a' || github.ref_name == 'b'\",", "if: \"github.ref_name == 'c'\","]);
  expect(workflowCodes(text, { "mig/action.yml": action })).toEqual([]);
});

test.each([
  ["both in an expression", "${{ env.A == 'true' }}", "${{ inputs.migrate == 'true' }}", []],
  ["one in an expression", "github.ref == 'refs/heads/main'", "${{ inputs.migrate == 'true' }}", []],
  ["always", "always()", "${{ always() }}", []],
  ["a text in the action", "github.ref == 'refs/heads/main'", "${{ inputs.migrate }} == 'true'", ["condition-is-text"]],
  ["a text at the step that uses it", "${{ env.A }} == 'true'", "inputs.migrate == 'true'", ["condition-is-text"]],
])("a condition of a step and one of its action are judged as they are written: %s", (_, outer, inner, expected) => {
  const action = `inputs: { migrate: { default: "true" } }\nruns:\n  using: composite\n  steps:\n    - { if: "${inner}", run: echo 1, shell: bash }\n    - { if: "always()", run: echo 2, shell: bash }\n`;
  const text = `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - { if: "${outer}", uses: ./mig }\n`;
  expect(workflowCodes(text, { "mig/action.yml": action })).toEqual(expected);
});

const after = (one: string, other: string, needs = "s"): string => `on: push
jobs:
  s: { runs-on: x, steps: [{ run: true }] }
  t: { runs-on: x, steps: [{ run: true }] }
  a: { needs: s, runs-on: x, ${one} steps: [{ run: alembic upgrade head, env: { DATABASE_URL: "\${{ secrets.DB }}" } }] }
  b: { needs: ${needs}, runs-on: x, ${other} steps: [{ run: alembic upgrade head, env: { DATABASE_URL: "\${{ secrets.DB }}" } }] }
`;

test.each([
  ["success and failure", after("", "if: failure(),"), []],
  ["a result and failure", after("if: needs.s.result == 'success',", "if: failure(),"), []],
  ["success and always", after("", "if: always(),"), ["migrates-twice"]],
  ["success and not cancelled", after("", "if: '!cancelled()',"), ["migrates-twice"]],
  ["success of one and failure of another job", after("", "if: failure(),", "t"), ["migrates-twice"]],
])("two jobs after others: %s", (_, text, expected) => {
  expect(workflowCodes(text)).toEqual(expected);
});

test.each([
  ["inputs.migrate == true", ["output-as-boolean"]],
  ["false == inputs['migrate']", ["output-as-boolean"]],
  ["inputs.migrate == 'true'", []],
])("an input of an action is a text: %s", (condition, expected) => {
  const action = `inputs: { migrate: { default: "true" } }\nruns:\n  using: composite\n  steps:\n    - { if: "${condition}", run: echo 1, shell: bash }\n`;
  const text = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - { uses: ./mig }\n";
  expect(workflowCodes(text, { "mig/action.yml": action })).toEqual(expected);
});

test("a job that is read with brackets must be needed, too", () => {
  const text =
    "on: push\njobs:\n  s: { runs-on: x, steps: [{ run: true }] }\n  a: { runs-on: x, if: \"needs['s'].result == 'success'\", steps: [{ run: true }] }\n";
  expect(workflowCodes(text)).toEqual(["needs-missing"]);
});
