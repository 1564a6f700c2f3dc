import { expect, test } from "vitest";
import { mistakesIn } from "../../../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../../../src/check/workflow/document.ts";
import { workflowOf } from "../../../../../src/check/workflow/workflow.ts";

function codes(text: string): readonly string[] {
  const workflow = workflowOf("ci.yml", readDocument(text));
  return mistakesIn(workflow === undefined ? [] : [workflow]).map(({ code }) => code);
}

const deletedAfter = (uses: string): string => `on: { pull_request: { types: [closed] } }
jobs:
  clean:
    runs-on: x
    steps:
      - uses: ${uses}
      - { uses: neondatabase/delete-branch-action@v3, with: { branch: a } }
`;

test.each([
  ["an action that can fail", deletedAfter("superfly/fly-pr-review-apps@1.2.0"), ["cleanup-skipped"]],
  ["the checkout", deletedAfter("actions/checkout@v4"), []],
  ["the installation of a language", deletedAfter("actions/setup-node@v4"), []],
  ["the installation of a package manager", deletedAfter("pnpm/action-setup@v4"), []],
])("a branch is deleted after %s", (_, text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test.each([
  ["always()", []],
  ["success() || failure() || cancelled()", []],
  ["${{ cancelled() || success() || failure() }}", []],
  ["success() || failure()", ["cleanup-skipped"]],
  ["!cancelled()", ["cleanup-skipped"]],
])("a cleanup with the condition %j", (condition, expected) => {
  const text = `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: npm test\n      - { if: ${JSON.stringify(condition)}, uses: neondatabase/delete-branch-action@v3 }\n`;
  expect(codes(text)).toEqual(expected);
});
