import { expect, test } from "vitest";
import { allows, interpolate, valueOf } from "../../../../../mocks/actions/expression/evaluate.ts";
import { type Context, open } from "../../../../../mocks/actions/expression/value.ts";

const context: Context = {
  github: { ref: "refs/heads/main", run_id: "17", event: open({ pull_request: { number: 12 } }) },
  needs: { setup: { result: "success", outputs: { use_neon: "true" } }, lint: { result: "failure", outputs: {} } },
  matrix: open({ size: 2 }),
  secrets: open({ KEY: "key" }),
  vars: open({}),
  env: open({ HOST: "db" }),
  steps: { database: { outcome: "success", conclusion: "success", outputs: open({ provider: "neon" }) } },
};
const fine = { succeeded: true, failed: false, cancelled: false };

test.each([
  ["github.run_id", "17"],
  ["GitHub.Run_ID", "17"],
  ["needs.setup.outputs.use_neon == 'true'", true],
  ["needs['setup'].result", "success"],
  ["needs.*.result", ["success", "failure"]],
  ["contains(needs.*.result, 'failure')", true],
  ["steps.database.outputs.absent", null],
  ["vars.ABSENT || 'usual'", "usual"],
  ["secrets.KEY && 'set'", "set"],
  ["github.event.pull_request.number", 12],
  ["github.event.absent.number", null],
  ["matrix.size >= 2 && matrix.size < 3", true],
  ["'Main' == 'main'", true],
  ["1 == '1'", true],
  ["'' == 0", true],
  ["null == ''", true],
  ["'a''b'", "a'b"],
  ["!(true || false)", false],
  ["startsWith(github.ref, 'refs/heads/')", true],
  ["format('{0}-{1}', matrix.size, 'x')", "2-x"],
  ["join(needs.*.result, ' ')", "success failure"],
  ["fromJSON('[1, 2]')[1]", 2],
  ["toJSON(needs.setup.outputs)", '{\n  "use_neon": "true"\n}'],
])("the expression %s has the value %j", (text, wanted) => {
  expect(valueOf(`\${{ ${text} }}`, "step", context)).toEqual(wanted);
});

test.each([
  ["needs.setup.outputs.provider", '"provider" does not exist; known: use_neon.'],
  ["needs.test.result", '"test" does not exist; known: setup, lint.'],
  ["steps.databas.outcome", '"databas" does not exist'],
  ["github.brunch", '"brunch" does not exist'],
  ["hashFiles('**/lock')", '"hashfiles()" cannot be called in step'],
  ["success()", '"success()" cannot be called in step'],
  ["github.ref = 'x'", "is wrong"],
  ["0x10 + 1", "is wrong at"],
  ["github.ref ==", "is wrong at its end"],
  ["(github.ref", "is wrong at its end"],
  ['"double"', "is wrong at"],
])("the expression %s is refused", (text, message) => {
  expect(() => interpolate(`\${{ ${text} }}`, "step", context)).toThrow(message);
});

test("the contexts that an expression can use depend on its place in the workflow", () => {
  expect(() => allows("secrets.KEY != ''", "step.if", fine, context)).toThrow('"secrets" cannot be used in step.if');
  expect(() => allows("env.HOST == 'db'", "job.if", fine, context)).toThrow('"env" cannot be used in job.if');
  expect(() => interpolate("${{ needs.setup.result }}", "env", context)).toThrow('"needs" cannot be used in env');
});

test("the text around an expression is kept, and a missing value becomes empty text", () => {
  expect(interpolate("a ${{ env.HOST }} b${{ vars.ABSENT }} ${{ matrix.size }}", "step", context)).toBe("a db b 2");
});

test.each([
  [undefined, true, false, false],
  ["true", true, false, false],
  ["needs.lint.result == 'failure'", true, false, false],
  ["always()", true, true, true],
  ["failure()", false, true, false],
  ["cancelled()", false, false, true],
  ["${{ !cancelled() }}", true, true, false],
  ["failure() || cancelled()", false, true, true],
] as const)("the condition %s is true after success, failure, cancellation: %s, %s, %s", (condition, succeeded, failed, cancelled) => {
  const isTrue = (status: Partial<typeof fine>): boolean =>
    allows(condition, "job.if", { succeeded: false, failed: false, cancelled: false, ...status }, context);
  expect([isTrue({ succeeded: true }), isTrue({ failed: true }), isTrue({ cancelled: true })]).toEqual([succeeded, failed, cancelled]);
});

test("a condition with text around its expression is refused, because it would always be true", () => {
  expect(() => allows("${{ false }} && true", "job.if", fine, context)).toThrow("This condition always holds");
});
