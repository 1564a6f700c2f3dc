import { expect, test } from "vitest";
import { workflowCodes } from "../../../../support/workflow-codes.ts";

const step = (text: string, on = "pull_request_target"): string =>
  `on: ${on}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - ${text}\n      - run: npm test\n`;

test.each([
  ["gh pr checkout ${{ github.event.number }}", ""],
  ['git fetch origin "pull/${{ github.event.number }}/head" && git checkout FETCH_HEAD', ""],
  ["git fetch origin pull/7/head:pr-7 && git switch pr-7", ""],
  ["git checkout ${{ github.event.pull_request.head.sha }}", ""],
  ["git checkout $HEAD", "${{ github.event.pull_request.head.sha }}"],
  ["git -C app merge origin/${{ github.head_ref }}", ""],
])("code of strangers is checked out by `%s`", (run, head) => {
  const written = `{ run: ${JSON.stringify(run)}, env: { HEAD: "${head}" } }`;
  expect(workflowCodes(step(written))).toEqual(["untrusted-checkout"]);
  expect(workflowCodes(step(written, "pull_request"))).toEqual([]);
});

test.each([
  "git checkout main",
  "git fetch origin main && git checkout FETCH_HEAD",
  "gh pr view 7",
  "git fetch origin pull/7/head && git diff FETCH_HEAD",
])("`%s` checks out nothing of strangers", (run) => {
  expect(workflowCodes(step(`run: ${JSON.stringify(run)}`))).toEqual([]);
});
