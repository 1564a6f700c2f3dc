import { expect, test } from "vitest";
import { mistakesIn } from "../../../../../src/check/workflow/all-rules.ts";
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
