import { expect, test } from "vitest";
import { workflowCodes } from "../../../../support/workflow-codes.ts";

const HIDDEN = ["migration-failure-hidden"];
const step = (run: string, more = ""): string =>
  `on: push\njobs:\n  a:\n    runs-on: x\n    services: { db: { image: postgres } }\n${more}    steps:\n      - run: ${JSON.stringify(run)}\n`;

test.each([
  "alembic upgrade head | tee log",
  "(alembic upgrade head) 2>&1 | tee log",
  "{ alembic upgrade head; } | tee log",
  "(alembic upgrade head; echo done) | tee log",
  "for i in 1 2; do alembic upgrade head; done | tee log",
  "alembic upgrade head || true",
  "alembic upgrade head || echo failed",
  "alembic upgrade head || alembic upgrade head || :",
  "alembic upgrade head || (sleep 5 && alembic current)",
  "set +e\nalembic upgrade head\necho done",
  "set +o errexit\nalembic upgrade head\nnpm test",
  "alembic upgrade head &\nsleep 5",
  "alembic upgrade head & npm test; wait",
])("the step %j hides that its migration failed", (run) => {
  expect(workflowCodes(step(run))).toEqual(HIDDEN);
});

test.each([
  "echo y | alembic upgrade head",
  "yes | npx prisma migrate deploy",
  "(alembic upgrade head)\necho done | tee log",
  "echo y | alembic upgrade head && npm test | tee log",
  "npx prisma migrate deploy || npx prisma migrate deploy",
  "npx prisma migrate deploy || (sleep 5 && npx prisma migrate deploy)",
  "npx prisma migrate deploy || { sleep 5; npx prisma migrate deploy; }",
  "alembic upgrade head || exit 1",
  "set +e\nalembic upgrade head",
  "set +e\ncurl -f x\nset -e\nalembic upgrade head\nnpm test",
  "set +e\nalembic upgrade head\nstatus=$?\nexit $status",
  "alembic upgrade head &\npid=$!\nwait $pid",
  "alembic upgrade head > log 2>&1\nnpm test &",
  "alembic upgrade head &> log",
])("the step %j fails with its migration", (run) => {
  expect(workflowCodes(step(run))).toEqual([]);
});

test("a job that may fail hides its migration, and one leg of a matrix does not", () => {
  expect(workflowCodes(step("alembic upgrade head", "    continue-on-error: true\n"))).toEqual(HIDDEN);
  expect(workflowCodes(step("alembic upgrade head", "    continue-on-error: ${{ matrix.experimental }}\n"))).toEqual([]);
});

test("a shell of its own without -e continues after a failed migration", () => {
  expect(workflowCodes(step("alembic upgrade head\nnpm test", "    defaults: { run: { shell: 'bash {0}' } }\n"))).toEqual(HIDDEN);
  expect(workflowCodes(step("alembic upgrade head\nnpm test", "    defaults: { run: { shell: 'bash -e {0}' } }\n"))).toEqual([]);
  expect(workflowCodes(step("alembic upgrade head", "    defaults: { run: { shell: 'bash {0}' } }\n"))).toEqual([]);
});
