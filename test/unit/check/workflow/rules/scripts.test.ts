import { expect, test } from "vitest";
import { mistakesIn } from "../../../../../src/check/workflow/all-rules.ts";
import { workflowCodes } from "../../../../support/workflow-codes.ts";
import { scriptFile } from "../../../../../src/check/workflow/scripts.ts";

function mistakes(text: string): readonly string[] {
  return mistakesIn([], undefined, [scriptFile("ci.sh", text)]).map(({ code, at }) => `${code}:${at?.line}`);
}

test.each([
  ["set -e\nn=0\n((n++))\n", ["increment-ends-script:3"]],
  ["#!/bin/bash -eu\n((n--))\n", ["increment-ends-script:2"]],
  ["set -euo pipefail\nfor f in *; do\n  let n++\ndone\n", ["increment-ends-script:3"]],
  ["set -o errexit\nif true; then ((n++)); fi\n", ["increment-ends-script:2"]],
  ["((n++))\n", []],
  ["set -e\nset +e\n((n++))\n", []],
  ["set -e\n((n++)) || true\nif ((n++)); then :; fi\nwhile ((n--)); do :; done\n((n+=1))\nn=$((n+1))\n", []],
  ["set -e\ncat <<END\n((n++))\nEND\n", []],
  ["set -e\nn=1\n((n++))\n", []],
  ["set -e\nn=1\nuntil curl -f x; do\n  ((n++))\ndone\n", []],
  ["set -e\nn=1\n((n--))\n", ["increment-ends-script:3"]],
  ["set -e\nn=1\nn=0\n((n++))\n", ["increment-ends-script:4"]],
  ["set -e\nn=1\nn=$((n - 1))\n((n++))\n", ["increment-ends-script:4"]],
  ["python worker.py > log &\n", ["output-buffered:1"]],
  ["export PYTHONUNBUFFERED=1\npython worker.py > log &\n", []],
  ['echo "db_url=$DATABASE_URL" >> "$GITHUB_OUTPUT"\n', ["secret-in-output:1"]],
  ['echo "url=$DATABASE_URL" >> $GITHUB_OUTPUT\n', ["secret-in-output:1"]],
  ['echo "llm_connections=$COUNT" >> $GITHUB_OUTPUT\n', []],
  ['echo "DATABASE_URL=$POOLED_URL" >> .env\nnpx prisma migrate deploy\n', []],
  ['echo "DATABASE_URL=postgres://ep-x-pooler.neon.tech/db" >> .env\nnpx prisma migrate deploy\n', ["migrates-through-pooler:1"]],
  ['echo "DATABASE_URL=postgres://ep-x-pooler.neon.tech/db" >> .env\necho "DIRECT_URL=x" >> .env\nnpx prisma migrate deploy\n', []],
])("the script %j", (text, expected) => {
  expect(mistakes(text)).toEqual(expected);
});

const steps = (...each: readonly string[]): string =>
  `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${each.map((one) => `      - ${one}\n`).join("")}`;
const output = (value: string, env = ""): string => `{ run: 'echo "u=${value}" >> "$GITHUB_OUTPUT"'${env} }`;
const DB = ', env: { DB: "${{ secrets.DB }}" }';

test.each([
  ["a variable whose value is a secret", steps(output("$DB", DB)), ["secret-in-output"]],
  ["such a variable through tee", steps(`{ run: 'echo "u=$DB" | tee -a "$GITHUB_OUTPUT"'${DB} }`), ["secret-in-output"]],
  ["the secret itself", steps(output("${{ secrets.DB }}")), ["secret-in-output"]],
  ["whether there is a secret", steps(output("${{ secrets.DB != '''' }}")), []],
  ["a text for a secret that is set", steps(output("${{ secrets.DB && ''yes'' || ''no'' }}")), []],
  ["one of two secrets", steps(output("${{ secrets.DB && secrets.OTHER || ''no'' }}")), ["secret-in-output"]],
  ["a text for a variable that is set", steps(output("${DB:+yes}", DB)), []],
  ["a secret without its end", steps(output("${DB%x}", DB)), ["secret-in-output"]],
  ["what a command with a secret prints", steps(output("$(curl -u $DB https://example.com | wc -l)", DB)), []],
  ["a variable with such a comparison", steps(output("$HAS", `, env: { HAS: "\${{ secrets.DB != '' }}" }`)), []],
  ["the token of the job", steps(output("$T", ', env: { T: "${{ secrets.GITHUB_TOKEN }}" }')), []],
])("an output with %s", (_, text, expected) => {
  expect(workflowCodes(text)).toEqual(expected);
});

test("a variable of an earlier step reaches the later ones", () => {
  const worker = "run: python worker.py > w.log &";
  expect(workflowCodes(steps('run: echo PYTHONUNBUFFERED=1 >> "$GITHUB_ENV"', worker))).toEqual([]);
  expect(workflowCodes(steps(worker, 'run: echo PYTHONUNBUFFERED=1 >> "$GITHUB_ENV"'))).toEqual(["output-buffered"]);
  expect(workflowCodes(steps("run: export PYTHONUNBUFFERED=1", worker))).toEqual(["output-buffered"]);
});

test("the shell of Windows has no -e", () => {
  expect(workflowCodes(steps("run: let x=0"))).toEqual(["increment-ends-script"]);
  expect(workflowCodes(steps("run: let x=0").replace("ubuntu", "windows"))).toEqual([]);
});
