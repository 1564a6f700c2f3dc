import { expect, test } from "vitest";
import { workflowCodes } from "../../../support/workflow-codes.ts";

const job = (needs: string, condition: string): string =>
  `{ runs-on: x, needs: ${needs}, ${condition === "" ? "" : `if: "${condition}", `}steps: [{ run: alembic upgrade head }] }`;
const after = (a: string, b: string): string => `on: workflow_dispatch
env: { DATABASE_URL: "\${{ secrets.DB }}" }
jobs: { s: { runs-on: x, steps: [] }, t: { runs-on: x, steps: [] }, a: ${a}, b: ${b} }
`;

test.each([
  [job("s", ""), job("s", "failure()")],
  [job("[s, t]", ""), job("t", "failure() && github.ref == 'refs/heads/main'")],
  [job("s", "success()"), job("s", "!success()")],
  [job("s", "needs.s.result == 'success'"), job("s", "failure()")],
  [job("s", "always() && needs.s.result != 'failure'"), job("s", "failure()")],
  [job("s", "github.event.inputs.env == 'dev'"), job("s", "inputs.env == 'prod'")],
  [job("s", "github.event.inputs.full == 'true'"), job("s", "!inputs.full")],
])("the jobs %s and %s never run together", (a, b) => {
  expect(workflowCodes(after(a, b))).toEqual([]);
});

test.each([
  [job("t", ""), job("[s, t]", "failure()")],
  [job("s", "always()"), job("s", "failure()")],
  [job("s", ""), job("s", "!cancelled()")],
  [job("s", ""), job("t", "failure()")],
  [job("s", "success() || failure()"), job("s", "failure()")],
  [job("s", "github.event.inputs.env == 'dev'"), job("s", "inputs.place == 'prod'")],
])("the jobs %s and %s can run together", (a, b) => {
  expect(workflowCodes(after(a, b))).toEqual(["migrates-twice"]);
});
