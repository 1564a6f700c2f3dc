import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { legsOf } from "../../../../mocks/actions/matrix.ts";
import { type JobText, readWorkflow } from "../../../../mocks/actions/workflow-file.ts";

const job = (lines: string): string => `on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps: [{ run: "true" }]\n${lines}`;

test.each([
  ["an unknown key of a job", job("    need: two\n"), 'Unrecognized key: "need"'],
  ["an unknown key of a step", 'on: push\njobs: { one: { runs-on: u, steps: [{ runs: "true" }] } }', 'Unrecognized key: "runs"'],
  ["a step with both run and uses", "on: push\njobs: { one: { runs-on: u, steps: [{ run: a, uses: b@v1 }] } }", "either run or uses"],
  ["a script with inputs", "on: push\njobs: { one: { runs-on: u, steps: [{ run: a, with: { b: c } }] } }", "takes no with"],
  ["a job without runs-on", 'on: push\njobs: { one: { steps: [{ run: "true" }] } }', "runs-on"],
  ["an unknown event", 'on: { pushed: null }\njobs: { one: { runs-on: u, steps: [{ run: "true" }] } }', "pushed"],
  ["a need for a job that does not exist", job("    needs: two\n"), "The job one needs two, which does not exist."],
  ["an expression with a syntax error", job("    name: ${{ github. }}\n"), "is wrong"],
  ["a context that is not available there", job("    name: ${{ steps.a.outputs.b }}\n"), '"steps" cannot be used in job'],
  ["a condition that uses a secret", job("    if: secrets.KEY\n"), '"secrets" cannot be used in job.if'],
  ["the same key twice", job("    name: a\n    name: b\n"), "Map keys must be unique"],
  [
    "two steps with the same id",
    "on: push\njobs: { one: { runs-on: u, steps: [{ id: a, run: b }, { id: a, run: c }] } }",
    "Two steps have the same id",
  ],
])("a workflow with %s is refused", (_what, yaml, message) => {
  expect(() => readWorkflow(yaml)).toThrow(message);
});

test("the workflow of the outbox example is accepted", () => {
  const ci = readFileSync(new URL("../../../../examples/outbox/.github/workflows/ci.yml", import.meta.url), "utf8");
  expect(Object.keys(readWorkflow(ci).jobs)).toHaveLength(7);
});

test.each([
  [
    { os: ["a", "b"], node: [1, 2] },
    [
      { os: "a", node: 1 },
      { os: "a", node: 2 },
      { os: "b", node: 1 },
      { os: "b", node: 2 },
    ],
  ],
  [
    { os: ["a", "b"], node: [1, 2], exclude: [{ os: "a" }] },
    [
      { os: "b", node: 1 },
      { os: "b", node: 2 },
    ],
  ],
  [{ os: ["a", "b"], include: [{ os: "b", extra: 1 }] }, [{ os: "a" }, { os: "b", extra: 1 }]],
  [{ os: ["a"], include: [{ os: "c" }, { extra: 1 }] }, [{ os: "a", extra: 1 }, { os: "c" }]],
  [{ include: [{ job: "x" }, { job: "y" }] }, [{ job: "x" }, { job: "y" }]],
])("the matrix %j has the expected jobs", (matrix, wanted) => {
  expect(legsOf({ strategy: { matrix } } as unknown as JobText, {})).toEqual(wanted);
});
