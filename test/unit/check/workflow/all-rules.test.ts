import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { CODES } from "../../../../src/check/codes.ts";
import type { CheckFinding } from "../../../../src/check/finding.ts";
import { readDocument } from "../../../../src/check/workflow/document.ts";
import { mistakesIn } from "../../../../src/check/workflow/all-rules.ts";
import { workflowOf } from "../../../../src/check/workflow/workflow.ts";

const page = await readFile(new URL("../../../../docs/check.md", import.meta.url), "utf8");
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((section) => {
    const block = (role: string): string | undefined => new RegExp(`^\`\`\`yaml ${role}\n([^]*?)^\`\`\`$`, "m").exec(section)?.[1];
    return {
      code: section.split("\n")[0] ?? "",
      severity: / (Error|Warning)\./.exec(section)?.[1]?.toLowerCase(),
      bad: block("bad"),
      fix: block("fix"),
    };
  });

function mistakes(...texts: readonly string[]): readonly CheckFinding[] {
  const workflows = texts.map((text, at) => workflowOf(`${at}.yml`, readDocument(text)));
  return mistakesIn(workflows.filter((workflow) => workflow !== undefined));
}

const codes = (...texts: readonly string[]): readonly string[] => mistakes(...texts).map(({ code }) => code);

/** A workflow with one job of these lines. */
const job = (lines: string): string => `on: push\njobs:\n  one:\n    runs-on: x\n${lines.replaceAll(/^/gm, "    ")}`;
const step = (run: string, more = ""): string =>
  job(`steps:\n  - run: |\n${run.replaceAll(/^/gm, "      ")}\n${more.replaceAll(/^/gm, "    ")}`);

test("each code has a heading and its severity in docs/check.md", () => {
  expect(Object.fromEntries(sections.map(({ code, severity }) => [code, severity]))).toEqual(
    Object.fromEntries(Object.entries(CODES).map(([code, { severity }]) => [code, severity])),
  );
});

describe.each(sections.filter(({ bad }) => bad !== undefined))("the example of $code", ({ code, bad = "", fix = "" }) => {
  test("has exactly that mistake", () => {
    expect(codes(bad)).toEqual([code]);
  });

  test("has no mistake after the fix", () => {
    expect(fix).not.toBe("");
    expect(codes(fix)).toEqual([]);
  });
});

const migrating = (lines = ""): string => `runs-on: x\n    ${lines}\n    steps: [{ run: alembic upgrade head }]`;
const two = (first: string, second: string): string => `on: push\njobs:\n  a:\n    ${first}\n  b:\n    ${second}\n`;

const stepIf = (condition: string): string => `runs-on: x\n    steps: [{ if: "${condition}", run: alembic upgrade head }]`;
const withUrl = (expression: string, lines = ""): string =>
  `runs-on: x\n    ${lines}\n    env: { DATABASE_URL: "\${{ ${expression} }}" }\n    steps: [{ run: python manage.py migrate }]`;
const django = "runs-on: x\n    steps: [{ run: python manage.py migrate }]";

describe("jobs that migrate", () => {
  test.each([
    ["one needs the other", two(migrating(), migrating("needs: a")), []],
    ["one needs the other through a third", `${two(migrating(), migrating("needs: c"))}  c: { needs: [a], steps: [] }`, []],
    [
      "each has a Postgres of its own",
      two(migrating("services: { db: { image: postgres:18 } }"), migrating("services: { db: { image: postgis } }")),
      [],
    ],
    ["one is a matrix", two(migrating("strategy: { matrix: { node: [20, 22] } }"), "steps: []"), ["migrates-twice"]],
    ["their steps have one condition", two(stepIf("x.y == 'true'"), stepIf("x.y == 'true'")), ["migrates-twice"]],
    ["the conditions of their steps exclude each other", two(stepIf("x.y == 'true'"), stepIf("x.y != 'true'")), []],
    ["the condition of a job excludes that of a step", two(migrating("if: github.ref == 'a'"), stepIf("github.ref == 'b'")), []],
    ["a condition contains an or", two(stepIf("x.y == 'a' || z"), stepIf("x.y == 'b'")), ["migrates-twice"]],
    ["the matrix has one leg", two(migrating("strategy: { matrix: { node: [20] } }"), "steps: []"), []],
    ["the legs run one after the other", two(migrating("strategy: { max-parallel: 1, matrix: { node: [20, 22] } }"), "steps: []"), []],
    ["both are in one concurrency group", two(migrating("concurrency: db"), migrating("concurrency: { group: db }")), []],
    ["they use different databases", two(withUrl("secrets.A"), withUrl("secrets.B")), []],
    ["they use one database", two(withUrl("secrets.A"), withUrl("secrets.A")), ["migrates-twice"]],
    ["each leg of the matrix has its URL", two(withUrl("matrix.url", "strategy: { matrix: { url: [a, b] } }"), "steps: []"), []],
    ["the tool often uses a file and the workflow shows no URL", two(django, django), []],
    ["both go through offshoot", two(migrating(), migrating()).replaceAll("alembic", "offshoot migrate -- alembic"), []],
  ])("where %s", (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });
});

describe("scripts", () => {
  test.each([
    ["alembic upgrade head || true", ["migration-failure-hidden"]],
    ["alembic upgrade head || exit 1", []],
    ["alembic upgrade head || { echo failed; exit 3; }", []],
    ["set -o pipefail\nalembic upgrade head | tee log", []],
    ["alembic -x name='a|b' upgrade head", []],
    ["npx prisma migrate deploy || :", ["migration-failure-hidden"]],
    ["python -u worker.py &", []],
    ["python worker.py && echo done", []],
    ["celery -A app worker &", ["output-buffered"]],
    ["((n++)) || true", []],
    ["((++n))", []],
    ["set +e\n((n++))", []],
    ["for ((i=0; i<3; i++)); do echo; done", []],
    ["# ((n++))", []],
  ])("%j", (run, expected) => {
    expect(codes(step(run))).toEqual(expected);
  });

  test("can also hide a failed migration with continue-on-error", () => {
    expect(mistakes(step("alembic upgrade head", "continue-on-error: true"))).toMatchObject([{ facts: { by: "continue-on-error" } }]);
  });
});

test("a cleanup step can be in another file, and can wait until the pull request is closed", () => {
  const creates = job("steps: [{ uses: neondatabase/create-branch-action@v6 }]");
  const deletes =
    "on: { pull_request: { types: [closed] } }\njobs: { cleanup: { if: github.event.action == 'closed', steps: [{ uses: neondatabase/delete-branch-action@v3 }] } }";
  expect(codes(creates)).toEqual(["branch-left"]);
  expect(codes(creates, deletes)).toEqual([]);
});

test("a mistake has the line of its step", () => {
  expect(mistakes(step("echo\nalembic upgrade head || true"))).toMatchObject([{ at: { file: "0.yml", line: 6 } }]);
});

test.each(["", "a: 1", "on: push", "jobs: { a: {} }", "- 1"])("%j is not a workflow", (text) => {
  expect(workflowOf("x.yml", readDocument(text))).toBeUndefined();
});

test("unusual shapes are read without an error", () => {
  const odd =
    "on: [push]\njobs:\n  a:\n  b: 1\n  c: { steps: 1, needs: 2, env: [1], outputs: x }\n  d: { steps: [1, null, { run: 5, with: { ref: {} } }] }\n";
  expect(codes(odd)).toEqual([]);
});

const DOWN = "- run: npx offshoot down";
const teardown = (...steps: readonly string[]): string =>
  `on: push\njobs:\n  test: { steps: [{ run: npm test }] }\n  down:\n    needs: test\n    if: always()\n    steps:\n${steps.map((each) => `      ${each}\n`).join("")}`;
const cancelledAfter = (run: string): string => job(`steps:\n  - run: ${run}\n  - if: cancelled()\n    run: npx offshoot down`);

describe("a cleanup step", () => {
  test.each([
    ["in a job that does nothing else", teardown(DOWN), []],
    ["after an installation that it needs", teardown("- run: npm ci", "- run: pip install x", DOWN), []],
    ["after a step that can fail", teardown("- run: npm run report", DOWN), ["cleanup-skipped"]],
    ["after a step that installs and then tests", teardown("- run: npm ci && npm test", DOWN), ["cleanup-skipped"]],
    ["of a cancelled `offshoot run`", cancelledAfter("npx offshoot run -- npm test"), []],
    ["of a cancelled job that created its database with offshoot up", cancelledAfter("npx offshoot up"), ["cleanup-skipped"]],
  ])("%s", (_, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });
});
