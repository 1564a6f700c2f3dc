import { expect, test } from "vitest";
import { mistakesIn } from "../../../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../../../src/check/workflow/document.ts";
import { workflowOf } from "../../../../../src/check/workflow/workflow.ts";

function codes(text: string): readonly string[] {
  const workflow = workflowOf("ci.yml", readDocument(text));
  return mistakesIn(workflow === undefined ? [] : [workflow]).map(({ code }) => code);
}

const output = (value: string, name = "login_password"): string =>
  `on: push\njobs:\n  meta:\n    runs-on: x\n    outputs: { ${name}: "\${{ steps.m.outputs.${name} }}" }\n    steps: [{ id: m, run: 'echo "${name}=${value}" >> $GITHUB_OUTPUT' }]\n`;

test.each([
  ["a password that is written in the workflow itself", output("password"), []],
  ["a generated password", output("$(openssl rand -hex 8)"), ["secret-in-output", "secret-in-output"]],
  ["a count of connections", output("$COUNT", "llm_connections"), []],
  ["a database URL", output("$DATABASE_URL", "db_url"), ["secret-in-output", "secret-in-output"]],
])("a job output with %s", (_, text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test("a comparison with a secret is not a secret", () => {
  const text = "on: push\njobs:\n  a:\n    runs-on: x\n    outputs: { has: \"${{ secrets.NEON_API_KEY != '' }}\" }\n    steps: []\n";
  expect(codes(text)).toEqual([]);
});

const after = (condition: string): string =>
  `on: push\njobs:\n  release:\n    if: github.ref == 'refs/heads/main'\n    runs-on: x\n    outputs: { published: "\${{ steps.p.outputs.p }}", pre: "\${{ steps.p.outputs.q }}" }\n    steps: [{ id: p, run: ./release }]\n  announce:\n    needs: release\n    if: ${condition}\n    runs-on: x\n    steps: [{ run: ./announce }]\n`;

test("a job that requires an output of a job that can be skipped wants to be skipped too", () => {
  expect(codes(after("needs.release.outputs.published == 'true' && needs.release.outputs.pre != 'true'"))).toEqual([]);
  expect(codes(after("needs.release.outputs.pre != 'true'"))).toEqual(["fallback-skipped"]);
});

const targeted = (condition: string): string => `on: pull_request_target
jobs:
  backport:
    if: ${condition}
    runs-on: x
    steps: [{ uses: actions/checkout@v4, with: { ref: "\${{ github.event.pull_request.head.sha }}" } }]
`;

test.each([
  ["github.event.pull_request.merged && startsWith(github.event.label.name, 'backport')", []],
  ["github.event.pull_request.merged == true", []],
  ["'!github.event.pull_request.merged'", ["untrusted-checkout"]],
  ["github.event.pull_request.merged == false", ["untrusted-checkout"]],
  ["github.event.action == 'labeled'", ["untrusted-checkout"]],
])("the checkout of a pull request under the condition %s", (condition, expected) => {
  expect(codes(targeted(condition))).toEqual(expected);
});

const conditional = (condition: string): string =>
  `on: push\njobs: { a: { runs-on: x, steps: [{ id: p, run: a }, { if: "${condition}", run: b }] } }\n`;

test.each([
  ["steps.p.outputs.x == true", ["output-as-boolean"]],
  ["true == steps.p.outputs.x", ["output-as-boolean"]],
  ["false != steps.p.outputs.x && github.ref == 'a'", ["output-as-boolean"]],
  ["github.event.inputs.full == true", ["output-as-boolean"]],
  ["vars.USE_NEON == true", ["output-as-boolean"]],
  ["env.USE_NEON != false", ["output-as-boolean"]],
  ["steps.p.outputs.x == 'true'", []],
  ["'true' == steps.p.outputs.x", []],
  ["inputs.full == true", []],
  ["matrix.full == true", []],
  ["github.event.pull_request.draft == false", []],
])("the condition %s", (condition, expected) => {
  expect(codes(conditional(condition))).toEqual(expected);
});

/** GitHub evaluates what is in `${{ }}`, and takes the rest as text (`format` of the parts). */
test.each([
  ["${{ steps.p.outputs.x }} == 'true'", ["condition-is-text"]],
  ["${{ steps.p.outputs.x }} == true", ["condition-is-text"]],
  ["${{ steps.p.outputs.x == 'a' }} && ${{ github.ref == 'b' }}", ["condition-is-text"]],
  ["!${{ cancelled() }}", ["condition-is-text"]],
  ["${{ steps.p.outputs.x == 'a' }} ", ["condition-is-text"]],
  ["github.ref == 'refs/heads/${{ env.BRANCH }}'", ["condition-is-text"]],
  ["${{ steps.p.outputs.x == 'a' }}", []],
  ["${{ steps.p.outputs.x == '}}' || format('{{0}}', 'a') == '' }}", []],
  ["${{ steps.p.outputs.x }}${{ steps.p.outputs.x }}", []],
  ["steps.p.outputs.x == '$ {{'", []],
])("the text around an expression in the condition %s", (condition, expected) => {
  expect(codes(conditional(condition))).toEqual(expected);
});

test.each([
  ["|", ["condition-is-text"]],
  [">", ["condition-is-text"]],
  ["|-", []],
  [">-", []],
])("a condition with ${{ }} in a block %s", (block, expected) => {
  const text = `on: push\njobs:\n  a:\n    if: ${block}\n      \${{ github.ref == 'a' ||\n      github.ref == 'b' }}\n    runs-on: x\n    steps: [{ run: b }]\n`;
  expect(codes(text)).toEqual(expected);
});

test("a condition without ${{ }} in a block is an expression", () => {
  expect(
    codes(
      "on: push\njobs:\n  a:\n    if: |\n      github.ref == 'a' ||\n      github.ref == 'b'\n    runs-on: x\n    steps: [{ run: b }]\n",
    ),
  ).toEqual([]);
});
