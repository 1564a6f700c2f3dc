import { expect, test } from "vitest";
import { mistakesIn } from "../../../../../src/check/workflow/all-rules.ts";
import { readDocument } from "../../../../../src/check/workflow/document.ts";
import { REQUIREMENTS, type Requirement } from "../../../../../src/check/workflow/rules/required.ts";
import { REQUIRED_STEP_CHOICES } from "../../../../../src/config/settings.ts";
import { workflowOf } from "../../../../../src/check/workflow/workflow.ts";

const workflow = (steps: string): string => `on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n${steps.replaceAll(/^/gm, "      ")}\n`;

function missing(text: string, required: readonly Requirement[] = REQUIREMENTS): readonly string[] {
  const read = workflowOf("ci.yml", readDocument(text));
  const findings = mistakesIn(read === undefined ? [] : [read], undefined, [], required);
  return findings.flatMap(({ code, facts }) => (code === "step-missing" && "step" in facts ? [facts.step] : []));
}

test("the settings accept the name of every required step", () => {
  expect(REQUIRED_STEP_CHOICES).toEqual(REQUIREMENTS);
});

test("a workflow without any of the required steps has one finding for each", () => {
  expect(missing(workflow("- run: npm test"))).toEqual(REQUIREMENTS);
});

test.each<[Requirement, string]>([
  ["audit", "- run: npx offshoot audit --fail-on warning"],
  ["audit", "- run: python scripts/ops/schema_audit.py"],
  ["rollback-check", "- run: npx offshoot@1 rollback-check"],
  ["rollback-check", "- run: alembic upgrade head && alembic downgrade base"],
  ["metrics", "- run: offshoot check metrics http://localhost/metrics"],
  ["worker", "- run: npx offshoot check worker -- python worker.py"],
  ["teardown", "- if: always()\n  run: npx offshoot down"],
  ["teardown", "- run: npx offshoot run -- npm test"],
  ["teardown", "- uses: OWNER/offshoot@v0\n  with: { teardown: true }"],
  ["unbuffered", "- run: python app.py\n  env: { PYTHONUNBUFFERED: 1 }"],
  ["unbuffered", "- run: python -u app.py"],
])("the required step %s is met by %j", (name, step) => {
  expect(missing(workflow(step), [name])).toEqual([]);
});

test.each<[Requirement, string]>([
  ["teardown", "- run: npx offshoot down"],
  ["audit", "- run: npx offshoot auditor"],
  ["worker", "- run: npx offshoot check workflow"],
])("the required step %s is not met by %j", (name, step) => {
  expect(missing(workflow(step), [name])).toEqual([name]);
});

test("the steps that a finding says to add meet the requirement", () => {
  const read = workflowOf("ci.yml", readDocument(workflow("- run: npm test")));
  const findings = mistakesIn(read === undefined ? [] : [read], undefined, [], REQUIREMENTS);
  for (const { facts } of findings) {
    if (!("add" in facts)) throw new Error("no step to add");
    const lines = facts.add.join("\n");
    const added = lines.startsWith("-") ? workflow(lines) : `${lines}\n${workflow("- run: npm test")}`;
    expect(missing(added, [facts.step as Requirement])).toEqual([]);
  }
  expect(findings.length).toBe(REQUIREMENTS.length);
});
