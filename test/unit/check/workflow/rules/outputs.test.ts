import { expect, test } from "vitest";
import { mistakesIn } from "../../../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../../../src/check/workflow/document.ts";
import { workflowOf } from "../../../../../src/check/workflow/workflow.ts";

const FILES: Readonly<Record<string, string>> = {
  ".github/actions/probe/action.yml":
    "outputs: { use_neon: { value: x } }\nruns: { using: composite, steps: [{ id: inner, run: echo, shell: bash }] }\n",
  ".github/workflows/setup.yml":
    "on: { workflow_call: { outputs: { use_neon: { value: x } } } }\njobs: { probe: { runs-on: x, steps: [{ run: echo }] } }\n",
};

/** The facts of the findings in a workflow with these jobs. */
function found(jobs: string): readonly unknown[] {
  const workflow = workflowOf("ci.yml", readDocument(`on: push\njobs:\n${jobs}`));
  return mistakesIn(workflow === undefined ? [] : [workflow], { read: (path) => FILES[path] }).map(({ code, facts }) => [code, facts]);
}

const job = (setup: string, reader: string): string => `  setup: { ${setup} }\n  test: { needs: setup, runs-on: x, ${reader} }\n`;
const reads = (expression: string): string => `steps: [{ if: "${expression}", run: echo }]`;
const STEP = "runs-on: x, outputs: { use_neon: '${{ steps.probe.outputs.neon }}' }, steps: [{ id: probe, run: ./probe }]";
const CALLED = "uses: ./.github/workflows/setup.yml";

test.each([
  ["a job", job(STEP, reads("needs.setup.outputs.useneon == 'true'")), 'the job "setup"', "useneon", "use_neon"],
  [
    "a job without outputs",
    job("runs-on: x, steps: [{ run: a }]", reads("needs.setup.outputs.x == 'y'")),
    'the job "setup"',
    "x",
    undefined,
  ],
  [
    "a called workflow",
    job(CALLED, reads("needs.setup.outputs.use_noen == 'true'")),
    "the workflow .github/workflows/setup.yml",
    "use_noen",
    "use_neon",
  ],
  [
    "a composite action",
    "  a: { runs-on: x, steps: [{ id: probe, uses: ./.github/actions/probe }, { if: steps.probe.outputs.useneon == 'true', run: a }] }\n",
    "the action .github/actions/probe/action.yml",
    "useneon",
    "use_neon",
  ],
  [
    "a step with another id",
    job(STEP.replace("steps.probe", "steps.prob"), reads("needs.setup.outputs.use_neon == 'true'")),
    'no step with the id "prob"',
    "neon",
    "probe",
  ],
])("an output that is not declared by %s is found", (_, text, source, output, nearest) => {
  expect(found(text)).toEqual([["output-missing", { source, output, nearest }]]);
});

test.each([
  ["a job", job(STEP, reads("needs.setup.outputs.use_neon == 'true'"))],
  ["a called workflow", job(CALLED, reads("needs.setup.outputs.use_neon == 'true'"))],
  ["a workflow of another repository", job("uses: a/b/.github/workflows/c.yml@v1", reads("needs.setup.outputs.x == 'y'"))],
  ["a step of an action elsewhere", "  a: { runs-on: x, steps: [{ id: p, uses: a/b@v1 }, { if: steps.p.outputs.x == 'y', run: a }] }\n"],
])("an output that is declared by %s is not found", (_, text) => {
  expect(found(text)).toEqual([]);
});
